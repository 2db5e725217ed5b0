//! A name that does not exist → the one that was meant.
//!
//! `excude` → `did you mean 'exclude'?`

/// What to say if one of `names` is near.
pub(crate) fn suggestion<'name>(given: &str, names: impl IntoIterator<Item = &'name str>) -> Option<String> {
    nearest(given, names).map(|name| format!("did you mean '{name}'?"))
}

fn nearest<'name>(given: &str, names: impl IntoIterator<Item = &'name str>) -> Option<&'name str> {
    let given = given.to_lowercase().replace('_', "-");
    if given.len() > 64 {
        return None;
    }
    names
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, name), name))
        .filter(|&(distance, name)| distance <= (name.len() / 3).max(1))
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn near_names_are_suggested_and_far_ones_not() {
        let names = ["syntax-error", "syntax-warning", "unused-ignore"];
        assert_eq!(suggestion("sintax-error", names).as_deref(), Some("did you mean 'syntax-error'?"));
        assert_eq!(suggestion("SYNTAX_WARNING", names).as_deref(), Some("did you mean 'syntax-warning'?"));
        assert_eq!(suggestion("E501", names), None);
    }
}
