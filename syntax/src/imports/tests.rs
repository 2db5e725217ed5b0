//! Which imports are seen, and under which conditions.

use super::{Import, ImportConditions, ImportEnvironment, ImportTarget, import_places, imports};
use crate::{SourceText, parse};

fn found(text: &str) -> Vec<Import> {
    let source = SourceText::decode(text.as_bytes()).expect("the text is UTF-8");
    let module = parse(source).expect("the text parses");
    imports(&module, &ImportEnvironment { version: (3, 14), platform: "linux".to_owned() })
}

fn conditions_of(text: &str, name: &str) -> ImportConditions {
    let wanted = ImportTarget::Module(name.to_owned());
    let import = found(text).into_iter().find(|import| import.target == wanted);
    import.expect("the module is imported").conditions
}

#[test]
fn every_form_is_seen() {
    let targets: Vec<_> = found("import a.b as c, d\nfrom ..e import f as g, h\nfrom . import i\nfrom j import *\n")
        .into_iter()
        .map(|import| import.target)
        .collect();
    let from = |level, module: &str, name: &str| ImportTarget::From {
        level,
        module: module.to_owned(),
        name: name.to_owned(),
    };
    assert_eq!(
        targets,
        [
            ImportTarget::Module("a.b".to_owned()),
            ImportTarget::Module("d".to_owned()),
            from(2, "e", "f"),
            from(2, "e", "h"),
            from(1, "", "i"),
            ImportTarget::Star { level: 0, module: "j".to_owned() },
        ]
    );
}

#[test]
fn type_checking_blocks_are_for_the_checker_only() {
    let text = "if typing.TYPE_CHECKING:\n    import a\nelse:\n    import b\nif not TYPE_CHECKING:\n    import c\n";
    assert!(conditions_of(text, "a").is_typing_only());
    for name in ["b", "c"] {
        let conditions = conditions_of(text, name);
        assert!(conditions.runtime && !conditions.typing, "{name}");
    }
}

#[test]
fn branches_for_other_versions_and_platforms_are_excluded() {
    for (test, taken) in [
        ("sys.version_info >= (3, 11)", true),
        ("sys.version_info < (3, 14)", false),
        ("sys.version_info > (3, 14)", true),
        ("sys.version_info[0] == 2", false),
        ("sys.platform == 'win32'", false),
        ("sys.platform.startswith('lin')", true),
        ("sys.platform == 'linux' and sys.version_info >= (3,)", true),
        ("sys.platform == 'win32' or unknown", true),
        ("False", false),
    ] {
        let text = format!("if {test}:\n    import a\nelse:\n    import b\n");
        assert_eq!(!conditions_of(&text, "a").is_excluded(), taken, "{test}");
    }
    let text = "if sys.version_info >= (3, 11):\n    import a\nelif x:\n    import b\n";
    assert!(conditions_of(text, "b").is_excluded());
}

#[test]
fn functions_and_try_are_noted() {
    let text = "def f():\n    try:\n        import a\n    finally:\n        import b\nclass C:\n    import c\n";
    let a = conditions_of(text, "a");
    assert!(a.in_function && a.in_try);
    let b = conditions_of(text, "b");
    assert!(b.in_function && !b.in_try);
    assert_eq!(conditions_of(text, "c"), ImportConditions::ALWAYS);
}

#[test]
fn imports_that_a_program_can_do_without_are_guarded() {
    for (text, is_guarded) in [
        ("try:\n    import a\nexcept ImportError:\n    pass\n", true),
        ("try:\n    import a\nexcept (OSError, ModuleNotFoundError):\n    pass\n", true),
        ("try:\n    import a\nexcept:\n    pass\n", true),
        ("try:\n    import x\nexcept ImportError:\n    import a\n", true),
        ("try:\n    for x in y:\n        import a\nexcept Exception:\n    pass\n", true),
        ("with contextlib.suppress(ImportError):\n    import a\n", true),
        ("try:\n    import x\nexcept ImportError:\n    pass\nelse:\n    import a\n", false),
        ("try:\n    import a\nexcept OSError:\n    pass\n", false),
        ("try:\n    import a\nfinally:\n    pass\n", false),
        ("with open(x) as y:\n    import a\n", false),
    ] {
        assert_eq!(conditions_of(text, "a").is_guarded, is_guarded, "{text}");
    }
}

#[test]
fn places_are_those_of_the_names() {
    let text = "import a.b as c, d\nfrom .e import f as g, h\nfrom . import i\nfrom j import *\n";
    let module = parse(SourceText::decode(text.as_bytes()).expect("the text is UTF-8")).expect("it parses");
    let environment = ImportEnvironment { version: (3, 14), platform: "linux".to_owned() };
    let names: Vec<(&str, &str)> = import_places(&module, &environment)
        .iter()
        .map(|place| {
            let text_of = |span: crate::Span| &text[span.start as usize..span.end as usize];
            (text_of(place.module), text_of(place.name))
        })
        .collect();
    assert_eq!(names, [("a.b", "a.b"), ("d", "d"), ("e", "f"), ("e", "h"), ("i", "i"), ("j", "*")]);
}

#[test]
fn positions_do_not_show() {
    assert_eq!(found("import a\n"), found("# comment\n\nimport a\nimport a\n"));
}
