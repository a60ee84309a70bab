//! Classes and their objects.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt};
use spak_program::{Constant, Site};

use crate::machine::Machine;
use crate::value::{Arguments, Class, Code, Function, Record, Value};

/// The symbol of PyTorch's differentiable functions.
const AUTOGRAD: &str = "class.autograd_function";

/// Whether a function is called without its object.
fn is_static(function: &Function<'_>) -> bool {
    let Code::Definition(definition) = function.code else { return true };
    definition.decorator_list.iter().any(
        |decorator| matches!(&decorator.expression, Expr::Name(name) if name.id == "staticmethod"),
    )
}

impl<'a> Machine<'a> {
    pub(crate) fn record(&self, fields: Vec<(String, Value<'a>)>, site: Site) -> Value<'a> {
        Value::Record(Rc::new(Record { class: None, fields: RefCell::new(fields), site }))
    }

    /// A member of a class or of what it is derived from.
    fn member(class: &Class<'a>, name: &str) -> Option<Value<'a>> {
        let found = class.members.names.borrow().get(name).cloned();
        found.or_else(|| {
            class.bases.iter().find_map(|base| match base {
                Value::Class(base) => Self::member(base, name),
                _ => None,
            })
        })
    }

    /// Whether a class is derived from one of a library, by the symbol that tables give it.
    fn derives(class: &Class<'a>, name: &str) -> bool {
        class.bases.iter().any(|base| match base {
            Value::Class(base) => Self::derives(base, name),
            Value::Constant(Constant::Symbol(symbol), _) => symbol == name,
            _ => false,
        })
    }

    pub(crate) fn class_member(&mut self, object: &Value<'a>, name: &str, site: Site) -> Value<'a> {
        if let Value::Record(record) = object
            && let Some(class) = &record.class
        {
            match Self::member(class, name) {
                Some(Value::Function(_)) => {
                    return Value::Method(Rc::new((object.clone(), name.to_owned())));
                }
                Some(value) => return value,
                None => {}
            }
        }
        // A field that was never set here is set by somebody else.
        let value = self.unknown(site);
        self.set_field(object, name, value.clone());
        value
    }

    pub(crate) fn call_member(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        mut arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let class = match receiver {
            Value::Record(record) => {
                let field = record.fields.borrow().iter().find(|(known, _)| known == name).cloned();
                if let Some((_, value)) = field {
                    return self.call(&value, arguments, site);
                }
                record.class.clone()
            }
            Value::Class(class) => Some(Rc::clone(class)),
            _ => None,
        };
        let Some(class) = class else {
            if name == "save_for_backward" {
                let saved = Value::tuple(arguments.positional);
                self.set_field(receiver, "saved_tensors", saved);
            }
            return self.none(site);
        };
        if name == "apply" && Self::derives(&class, AUTOGRAD) {
            return self.differentiable(&class, arguments, site);
        }
        match Self::member(&class, name) {
            Some(Value::Function(function)) => {
                if matches!(receiver, Value::Record(_)) && !is_static(&function) {
                    arguments.positional.insert(0, receiver.clone());
                }
                self.apply_function(&function, arguments, site)
            }
            Some(value) => self.call(&value, arguments, site),
            None if name == "__call__" && Self::member(&class, "forward").is_some() => {
                self.call_member(receiver, "forward", arguments, site)
            }
            None => {
                let node = self.as_node(receiver, site);
                self.call_unknown(name, Some(node), arguments, site)
            }
        }
    }

    /// `Class(…)`
    pub(crate) fn construct(
        &mut self,
        class: &Rc<Class<'a>>,
        mut arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let object = Value::Record(Rc::new(Record {
            class: Some(Rc::clone(class)),
            fields: RefCell::new(Vec::new()),
            site,
        }));
        if let Some(Value::Function(init)) = Self::member(class, "__init__") {
            arguments.positional.insert(0, object.clone());
            self.apply_function(&init, arguments, site);
            return object;
        }
        // Without one, the annotated names are the fields.
        let mut positional = arguments.positional.into_iter();
        for statement in &class.definition.body {
            let Stmt::AnnAssign(field) = statement else { continue };
            let Expr::Name(name) = &*field.target else { continue };
            let name = name.id.as_str();
            let named = arguments.named.iter().find(|(known, _)| known == name);
            let value = positional
                .next()
                .or_else(|| named.map(|(_, value)| value.clone()))
                .or_else(|| class.members.names.borrow().get(name).cloned());
            let value = match value {
                Some(value) => value,
                None => self.unknown(site),
            };
            self.set_field(&object, name, value);
        }
        object
    }

    /// `Class.apply(…)` of a differentiable function: its forward pass, with a context that the backward pass gets too.
    fn differentiable(
        &mut self,
        class: &Rc<Class<'a>>,
        mut arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let context = self.record(Vec::new(), site);
        self.contexts.insert(class.site, context.clone());
        arguments.positional.insert(0, context);
        match Self::member(class, "forward") {
            Some(Value::Function(forward)) => self.apply_function(&forward, arguments, site),
            _ => self.unknown(site),
        }
    }

    /// Runs the methods of a class from the outside: of a differentiable function both passes with one context, of
    /// anything else those that were not reached.
    pub(crate) fn run_class(&mut self, class: &Rc<Class<'a>>) {
        let object = Value::Record(Rc::new(Record {
            class: Some(Rc::clone(class)),
            fields: RefCell::new(Vec::new()),
            site: class.site,
        }));
        let differentiable = Self::derives(class, AUTOGRAD);
        // Where it was applied, its backward pass gets what the forward pass kept.
        let applied = self.contexts.get(&class.site).cloned().filter(|_| differentiable);
        let is_applied = applied.is_some();
        let object = applied.unwrap_or(object);
        let first = ["__init__", "forward", "backward"];
        let others = crate::entries::methods(class, &first);
        for name in first.into_iter().chain(others.iter().map(String::as_str)) {
            let member = class.members.names.borrow().get(name).cloned();
            let Some(Value::Function(function)) = member else { continue };
            let again = differentiable && !is_applied && first.contains(&name);
            if self.reached_functions.contains(&function.id) && !again {
                continue;
            }
            let this = differentiable || !is_static(&function);
            self.run_entry(&function, this.then(|| object.clone()));
        }
        // Its name is known, and nothing else.
        self.set_field(
            &object,
            "__name__",
            Value::Constant(Constant::Text(class.name.clone()), class.site),
        );
    }
}
