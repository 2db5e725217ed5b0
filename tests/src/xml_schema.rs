//! As much of XML Schema as the schema of Jenkins' `JUnit` reports uses: elements with attributes and
//! sequences of references, text of the type string.
//!
//! Invariant: a construct that is not known here is a panic, not a pass.

use roxmltree::Node;

/// Everything in a document that the schema forbids.
pub fn violations(schema: &str, document: &str) -> Vec<String> {
    let schema = roxmltree::Document::parse(schema).expect("the schema is XML");
    let document = match roxmltree::Document::parse(document) {
        Ok(document) => document,
        Err(error) => return vec![format!("no XML: {error}")],
    };
    let mut found = Vec::new();
    check(schema.root_element(), document.root_element(), &mut found);
    found
}

fn check(schema: Node<'_, '_>, element: Node<'_, '_>, found: &mut Vec<String>) {
    let name = element.tag_name().name();
    let mut fail = |what: String| found.push(format!("{name}: {what}"));
    let is_declared = |node: &Node<'_, '_>| node.attribute("name") == Some(name);
    let Some(declaration) = schema.children().filter(|node| is(node, "element")).find(is_declared) else {
        return fail("there is no such element".to_owned());
    };
    let Some(complex) = declaration.children().find(|node| is(node, "complexType")) else {
        assert_eq!(declaration.attribute("type"), Some("xs:string"), "the type of {name} is not known");
        if element.children().any(|child| child.is_element()) || element.attributes().len() > 0 {
            fail("it is text alone".to_owned());
        }
        return;
    };
    let attributes: Vec<_> = complex.children().filter(|node| is(node, "attribute")).collect();
    for attribute in &attributes {
        assert_eq!(attribute.attribute("type"), Some("xs:string"), "the type of an attribute is not known");
        let known = attribute.attribute("name").expect("attributes have names");
        if attribute.attribute("use") == Some("required") && element.attribute(known).is_none() {
            fail(format!("'{known}' is missing"));
        }
    }
    for attribute in element.attributes() {
        if !attributes.iter().any(|known| known.attribute("name") == Some(attribute.name())) {
            fail(format!("there is no attribute '{}'", attribute.name()));
        }
    }
    let has_text = element.children().any(|child| child.is_text() && !child.text().unwrap_or("").trim().is_empty());
    if has_text && complex.attribute("mixed") != Some("true") {
        fail("it has text".to_owned());
    }
    let mut children = element.children().filter(Node::is_element).peekable();
    for part in complex.children().filter(|node| is(node, "sequence")).flat_map(|node| node.children()) {
        if !part.is_element() {
            continue;
        }
        assert!(is(&part, "element"), "{} is not known", part.tag_name().name());
        let wanted = part.attribute("ref").expect("sequences are of references");
        let least = part.attribute("minOccurs").map_or(1, |count| count.parse().expect("it is a number"));
        let most = match part.attribute("maxOccurs") {
            None => 1,
            Some("unbounded") => usize::MAX,
            Some(count) => count.parse().expect("it is a number"),
        };
        let mut count = 0;
        while children.next_if(|child| child.tag_name().name() == wanted).is_some() {
            count += 1;
        }
        if count < least || count > most {
            fail(format!("'{wanted}' stands {count} times"));
        }
    }
    if let Some(child) = children.next() {
        fail(format!("'{}' is not expected there", child.tag_name().name()));
    }
    for known in complex.children().filter(Node::is_element) {
        assert!(is(&known, "attribute") || is(&known, "sequence"), "{} is not known", known.tag_name().name());
    }
    for child in element.children().filter(Node::is_element) {
        check(schema, child, found);
    }
}

fn is(node: &Node<'_, '_>, name: &str) -> bool {
    node.is_element() && node.tag_name().name() == name
}
