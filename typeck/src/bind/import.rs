//! Imports in bodies.
//!
//! Invariant: names of modules that are not known are dynamic.

use super::Binder;
use crate::errors::Check;
use crate::types::Value;
use pyclast_syntax::Span;
use ruff_python_ast::name::Name;
use ruff_python_ast::{StmtImport, StmtImportFrom};

impl<'a> Binder<'_, 'a> {
    pub(super) fn bind_import(&mut self, node: &'a StmtImport) -> Check<()> {
        // Only functions declare what they import; modules have it in their table.
        if !self.is_function_scope() {
            return Ok(());
        }
        for alias in &node.names {
            let top = alias.name.split_once('.').map_or(&*alias.name, |(top, _)| top);
            let (module, name) = match &alias.asname {
                Some(name) => (&*alias.name, name.id.clone()),
                None => (top, Name::new(top)),
            };
            let value = match self.load_module(module) {
                Some(_) => Value::Module(self.types.module_name(module)),
                None => Value::DYNAMIC,
            };
            let name = self.name_id(&name);
            self.declare_local(name, value, false, false)?;
        }
        Ok(())
    }

    pub(super) fn bind_import_from(&mut self, node: &'a StmtImportFrom) -> Check<()> {
        let place = Span::from(node.range);
        let name = node.module.as_ref().map(|name| &name.id);
        let module = self.module;
        let source = if node.level == 0 {
            name.cloned()
        } else {
            self.relative_import(module, node.level, name.map(Name::as_str), place)
        };
        let Some(source) = source else {
            self.error_in(place, "empty module name in import");
            return Ok(());
        };
        if source == "__static__" {
            let statics = self.intrinsic.statics;
            for alias in &node.names {
                if alias.name.id == "*" {
                    self.error_in(place, "from __static__ import * is disallowed");
                } else if self.module(statics).value(&alias.name).is_none() {
                    self.error_in(place, format!("unsupported static import {}", alias.name));
                }
            }
        }
        let loaded = self.load_module(&source);
        if loaded.is_some() && !self.is_function_scope() {
            return Ok(());
        }
        for alias in &node.names {
            let value = match loaded {
                Some(loaded) => self.child(loaded, &alias.name)?.unwrap_or(Value::DYNAMIC),
                None => Value::DYNAMIC,
            };
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            let name = self.name_id(&name.id);
            self.declare_local(name, value, false, false)?;
        }
        Ok(())
    }
}
