//! The table of C types → what its readers rely on: bases first, members and modules found by name.
//!
//! That it equals the running interpreter is a test of the `tests` crate.

use super::{Intrinsic, MemberKind, TypeKind, class, classes, is_typing_name, module};

#[test]
fn bases_come_first() {
    for (index, derived) in classes().iter().enumerate() {
        for base in derived.bases {
            assert!(
                classes()[..index].iter().any(|class| class.name == *base) || *base == "object",
                "{}",
                derived.name
            );
        }
    }
}

#[test]
fn members_are_known() {
    let text = class("builtins", "str").expect("there is a str");
    let isdigit = text.members.iter().find(|member| member.name == "isdigit").expect("str has isdigit");
    assert_eq!(isdigit.shape.kind, MemberKind::Method);
    assert!(isdigit.shape.signature.is_none());
    let exact = isdigit.exact.and_then(|shape| shape.signature).expect("an exact str has a typed one");
    assert_eq!(exact.returns.kind, TypeKind::Class("bool"));
    assert!(class("builtins", "TabError").is_some_and(|class| class.bases == ["IndentationError"]));
}

#[test]
fn modules_are_known() {
    let statics = module("__static__").expect("there is a __static__");
    let box_ = statics.members.iter().find(|(name, _)| *name == "box").expect("it has box");
    assert!(matches!(box_.1, Intrinsic::Special("BoxFunction")));
    assert!(module("os").is_none());
    assert!(is_typing_name("Self") && !is_typing_name("Spam"));
}
