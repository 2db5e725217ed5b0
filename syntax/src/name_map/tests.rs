//! Few names and many behave the same.

use super::NameSet;
use crate::{NameId, NameTable};

fn names(count: usize) -> Vec<NameId> {
    let mut table = NameTable::default();
    (0..count).map(|number| table.intern(&format!("name{number}"))).collect()
}

#[test]
fn positions_are_those_of_insertion() {
    for count in [0, 1, 15, 16, 17, 18, 100] {
        let names = names(count);
        let set: NameSet = names.iter().chain(&names).copied().collect();
        assert_eq!(set.len(), count);
        assert!(names.iter().enumerate().all(|(index, &name)| set.get_index_of(name) == Some(index)));
        assert!(set.names().eq(names.iter().copied()));
    }
}

#[test]
fn what_was_taken_out_is_gone_and_the_rest_is_found() {
    for count in [1, 16, 17, 40] {
        let names = names(count);
        for gone in [0, count / 2, count - 1] {
            let mut swapped: NameSet = names.iter().copied().collect();
            assert!(swapped.swap_remove(names[gone]) && !swapped.swap_remove(names[gone]));
            let mut shifted: NameSet = names.iter().copied().collect();
            shifted.shift_remove(names[gone]);
            let rest = || names.iter().copied().filter(|&name| name != names[gone]);
            assert!(shifted.names().eq(rest()));
            assert!(rest().all(|name| swapped.contains(name) && shifted.contains(name)));
            assert_eq!((swapped.len(), shifted.insert_full(names[gone])), (count - 1, (count - 1, true)));
        }
    }
}
