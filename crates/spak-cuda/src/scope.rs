//! What names stand for: variables, members of classes, definitions of files.

use std::rc::Rc;

use spak_program::{Constant, Op, ParameterKind, Site};

use crate::ast::{Class, Part, Path, TemplateArgument};
use crate::machine::{Definitions, Machine};
use crate::value::{Callable, Frame, Instance, Place, Slot, Type, TypeKind, Value};

/// Base classes of base classes that are followed.
const BASES: u32 = 12;
/// Functions of one name that are looked at.
const OVERLOADS: usize = 200;

impl Machine {
    /// What a plain name stands for.
    pub(crate) fn find(&mut self, name: &str, frame: &Rc<Frame>) -> Option<Slot> {
        let mut open = Some(Rc::clone(frame));
        let mut this_seen = false;
        while let Some(here) = open {
            if let Some(slot) = here.names.borrow().get(name) {
                return Some(slot.clone());
            }
            if let Some(this) = here.this.as_ref().filter(|_| !this_seen) {
                let is_inner = here
                    .outer
                    .as_ref()
                    .is_none_or(|outer| !outer.this.as_ref().is_some_and(|o| Rc::ptr_eq(o, this)));
                if is_inner {
                    this_seen = true;
                    if let Some(loc) = this.fields.borrow().get(name) {
                        return Some(Slot::Place(Place::Local(*loc, Vec::new())));
                    }
                }
            }
            let class = here.class.borrow().as_ref().and_then(std::rc::Weak::upgrade);
            if let Some(instance) = class
                && let Some(value) = self.member_of(&instance, name, here.this.as_ref(), 0)
            {
                return Some(Slot::Value(value));
            }
            open = here.outer.clone();
        }
        self.global(name, frame.file).map(Slot::Value)
    }

    /// The definitions of a name that a file sees.
    fn definitions(&mut self, name: &str, file: usize) -> Option<(usize, &Definitions)> {
        let at = self.visible.definer(name, file)?;
        Some((at, self.files.get(at)?.names.get(name)?))
    }

    /// What a name of a file stands for.
    fn global(&mut self, name: &str, file: usize) -> Option<Value> {
        let (at, found) = self.definitions(name, file)?;
        let variable = found.variable.clone();
        let alias = found.alias.clone();
        let enumerator = found.enumerator.clone();
        let functions = found.functions.clone();
        let class = found.classes.first().cloned();
        let frame = Rc::clone(&self.files.get(at)?.frame);
        if let Some(slot) = frame.names.borrow().get(name) {
            return match slot {
                Slot::Value(value) => Some(value.clone()),
                Slot::Place(place) => Some(Value::View(place.clone())),
            };
        }
        let key = (at, name.to_owned());
        if self.evaluating.contains(&key) || self.evaluating.len() > 100 {
            return None;
        }
        if let Some(variable) = variable {
            self.evaluating.insert(key.clone());
            let value = self.constant_of(&variable, &frame);
            self.evaluating.remove(&key);
            frame.set(name, Slot::Value(value.clone()));
            self.used_files.insert(at);
            return Some(value);
        }
        if let Some(alias) = alias {
            self.evaluating.insert(key.clone());
            let of = self.type_of(&alias, &frame);
            self.evaluating.remove(&key);
            return Some(Value::Type(of));
        }
        if let Some((count, value)) = enumerator {
            let value = match value {
                Some(value) => self.eval(&value, &frame),
                None => Value::Known(Constant::Int(count), self.nowhere()),
            };
            frame.set(name, Slot::Value(value.clone()));
            self.used_files.insert(at);
            return Some(value);
        }
        if !functions.is_empty() {
            // Overloads may stand in several files.
            let mut all = functions;
            let others = self.visible.all_definers(name, file);
            for other in others.into_iter().filter(|other| *other != at).take(OVERLOADS) {
                let more = self.files.get(other).and_then(|file| file.names.get(name));
                all.extend(more.into_iter().flat_map(|found| found.functions.iter().cloned()));
            }
            all.truncate(OVERLOADS);
            return Some(self.callable(all, frame));
        }
        let class = class?;
        Some(Value::Type(self.instance(&class, None, &frame)))
    }

    fn callable(&mut self, functions: Vec<Rc<crate::ast::Function>>, frame: Rc<Frame>) -> Value {
        let kernel = functions.iter().find(|one| one.is_kernel).cloned();
        let kernel = kernel.map(|function| self.declare_kernel(&function, frame.file));
        Value::Function(Rc::new(Callable {
            functions,
            frame,
            this: None,
            arguments: Vec::new(),
            kernel,
        }))
    }

    /// A member of a class, of its bases, or of the classes around it.
    pub(crate) fn member_of(
        &mut self,
        instance: &Rc<Instance>,
        name: &str,
        this: Option<&Rc<crate::value::Object>>,
        depth: u32,
    ) -> Option<Value> {
        // Classes that are made of each other would be looked into for ever.
        if depth > BASES || !self.step(instance.class.site) {
            return None;
        }
        if let Some(Slot::Value(value)) = instance.frame.names.borrow().get(name) {
            return Some(value.clone());
        }
        let class = Rc::clone(&instance.class);
        let frame = Rc::clone(&instance.frame);
        let functions: Vec<_> =
            class.functions.iter().filter(|one| one.name == name).cloned().collect();
        if !functions.is_empty() {
            return Some(Value::Function(Rc::new(Callable {
                functions,
                frame,
                this: this.cloned(),
                arguments: Vec::new(),
                kernel: None,
            })));
        }
        let key = (Rc::as_ptr(instance) as usize, name.to_owned());
        if self.evaluating.contains(&key) || self.evaluating.len() > 100 {
            return None;
        }
        self.evaluating.insert(key.clone());
        if let Some(value) = self.own_member(&class, name, &frame) {
            self.evaluating.remove(&key);
            frame.set(name, Slot::Value(value.clone()));
            return Some(value);
        }
        // Names of bases are looked for in the class as well, which must not look into its bases for them.
        let found = class.bases.iter().take(8).find_map(|base| {
            let base = self.type_of(base, &frame);
            match &base.kind {
                TypeKind::Class(inner) if !Rc::ptr_eq(inner, instance) => {
                    self.member_of(inner, name, this, depth + 1)
                }
                _ => None,
            }
        });
        self.evaluating.remove(&key);
        found
    }

    fn own_member(&mut self, class: &Rc<Class>, name: &str, frame: &Rc<Frame>) -> Option<Value> {
        let field = class.fields.iter().find(|field| field.names.iter().any(|own| own == name));
        if let Some(field) = field.filter(|field| field.is_static) {
            return Some(self.constant_of(field, frame));
        }
        if let Some((_, alias)) = class.aliases.iter().find(|(own, _)| own == name) {
            return Some(Value::Type(self.type_of(alias, frame)));
        }
        if let Some(inner) = class.classes.iter().find(|inner| inner.name == name) {
            return Some(Value::Type(self.instance(inner, None, frame)));
        }
        let at = class.enumerators.iter().position(|(own, _)| own == name)?;
        match class.enumerators.get(at).and_then(|(_, value)| value.clone()) {
            Some(value) => Some(self.eval(&value, frame)),
            None => Some(Value::Known(Constant::Int(at as i64), class.site)),
        }
    }

    /// The value of a constant of a file or a class.
    fn constant_of(&mut self, variable: &crate::ast::Declaration, frame: &Rc<Frame>) -> Value {
        // Constants belong to no loop and to no condition.
        let inside = self.graph.inside.take();
        let conditions = std::mem::take(&mut self.graph.conditions);
        let turning = std::mem::take(&mut self.turning);
        let value = match &variable.init {
            crate::ast::Init::Value(value) if variable.sizes.is_empty() => {
                let value = self.eval(value, frame);
                let value = match (&value, self.type_of(&variable.of, frame).dtype()) {
                    (Value::Known(..), Some(dtype)) => self.cast(&value, dtype, variable.site),
                    _ => value,
                };
                if let [name] = variable.names.as_slice() {
                    self.name(&value, name);
                }
                value
            }
            _ => self.unknown(variable.site),
        };
        self.turning = turning;
        self.graph.inside = inside;
        self.graph.conditions = conditions;
        value
    }

    /// The arguments of a template.
    pub(crate) fn template_values(
        &mut self,
        arguments: &[TemplateArgument],
        frame: &Rc<Frame>,
    ) -> Vec<Value> {
        arguments
            .iter()
            .map(|argument| match argument {
                TemplateArgument::Value(value) => self.eval(value, frame),
                TemplateArgument::Type(of) => match of.path.as_ref() {
                    // A name may be that of a value.
                    Some(path) if !of.pointer && !of.reference => {
                        match self.path(path, frame, of.site) {
                            Some(Slot::Value(value)) => value,
                            Some(Slot::Place(place)) => self.read(&place, of.site),
                            None => Value::Type(self.type_of(of, frame)),
                        }
                    }
                    _ => Value::Type(self.type_of(of, frame)),
                },
            })
            .collect()
    }

    /// What a path stands for.
    pub(crate) fn path(&mut self, path: &Path, frame: &Rc<Frame>, site: Site) -> Option<Slot> {
        let (last, scopes) = path.parts.split_last()?;
        let mut owner: Option<Rc<Type>> = None;
        for part in scopes {
            owner = match owner {
                Some(of) => match self.member_of_type(&of, part, frame, site)? {
                    Value::Type(of) => Some(of),
                    _ => return None,
                },
                None => match self.find_part(part, frame) {
                    Some(Slot::Value(Value::Type(of))) => Some(of),
                    // A namespace.
                    _ => None,
                },
            };
        }
        match owner {
            Some(of) => self.member_of_type(&of, last, frame, site).map(Slot::Value),
            None => self.find_part(last, frame),
        }
    }

    fn find_part(&mut self, part: &Part, frame: &Rc<Frame>) -> Option<Slot> {
        let found = self.find(&part.name, frame)?;
        match (found, &part.arguments) {
            (Slot::Value(value), Some(arguments)) => {
                let arguments = self.template_values(arguments, frame);
                Some(Slot::Value(self.with_arguments(value, arguments, frame)))
            }
            (found, _) => Some(found),
        }
    }

    /// A template with its arguments.
    fn with_arguments(&mut self, value: Value, arguments: Vec<Value>, frame: &Rc<Frame>) -> Value {
        match value {
            Value::Function(callable) => {
                let changed = Callable { arguments, ..Callable::clone(&callable) };
                Value::Function(Rc::new(changed))
            }
            Value::Type(of) => match &of.kind {
                TypeKind::Class(instance) => {
                    Value::Type(self.specialized(instance, arguments, frame))
                }
                TypeKind::Named(name, _) => Value::Type(Rc::new(Type::named(name, arguments))),
                _ => Value::Type(of),
            },
            other => other,
        }
    }

    /// The class of a template that fits arguments.
    fn specialized(
        &mut self,
        general: &Rc<Instance>,
        arguments: Vec<Value>,
        frame: &Rc<Frame>,
    ) -> Rc<Type> {
        let name = general.class.name.clone();
        let mut classes = |file| Some(self.definitions(&name, file)?.1.classes.clone());
        let all = classes(frame.file).or_else(|| classes(general.frame.file)).unwrap_or_default();
        let outer = general.frame.outer.clone().unwrap_or_else(|| Rc::clone(frame));
        for class in all.iter().filter(|class| class.special.is_some()).take(50) {
            let Some(special) = &class.special else { continue };
            if !class.template.is_empty() {
                continue;
            }
            let special = self.template_values(special, &outer);
            let fits = special.len() == arguments.len()
                && special.iter().zip(&arguments).all(|(a, b)| a.same(b));
            if fits {
                return self.instance(class, None, &outer);
            }
        }
        let class = all
            .iter()
            .find(|class| class.special.is_none())
            .cloned()
            .unwrap_or_else(|| Rc::clone(&general.class));
        self.instance(&class, Some(arguments), &outer)
    }

    /// A class with arguments; without, its parameters stand for what is not known.
    pub(crate) fn instance(
        &mut self,
        class: &Rc<Class>,
        arguments: Option<Vec<Value>>,
        outer: &Rc<Frame>,
    ) -> Rc<Type> {
        let frame =
            Rc::new(Frame { outer: Some(Rc::clone(outer)), file: outer.file, ..Frame::default() });
        let mut bound = Vec::new();
        let mut arguments = arguments.unwrap_or_default().into_iter();
        for parameter in class.template.iter().take(64) {
            let value = arguments.next();
            // Where there is no fuel left, what is not given stays unknown.
            let more = value.is_none() && parameter.default.is_some() && !self.step(class.site);
            if more {
                break;
            }
            let value = match (value, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    let one = std::slice::from_ref(default);
                    let made = self.deeper(class.site, |run| run.template_values(one, &frame));
                    made.and_then(|made| made.into_iter().next()).unwrap_or(Value::Nothing)
                }
                (None, None) if parameter.of.is_some() => self.unknown(parameter.site),
                (None, None) => Value::Type(Rc::new(Type::named(&parameter.name, Vec::new()))),
            };
            frame.set(&parameter.name, Slot::Value(value.clone()));
            bound.push((parameter.name.clone(), value));
        }
        let instance = Rc::new(Instance {
            class: Rc::clone(class),
            arguments: bound,
            frame: Rc::clone(&frame),
        });
        frame.class.replace(Some(Rc::downgrade(&instance)));
        Rc::new(Type { kind: TypeKind::Class(instance), pointer: false })
    }

    /// A member of a type.
    pub(crate) fn member_of_type(
        &mut self,
        of: &Rc<Type>,
        part: &Part,
        frame: &Rc<Frame>,
        site: Site,
    ) -> Option<Value> {
        let arguments =
            part.arguments.as_ref().map(|arguments| self.template_values(arguments, frame));
        let found = match &of.kind {
            TypeKind::Class(instance) => self.member_of(instance, &part.name, None, 0),
            TypeKind::Named(owner, inner) => {
                if matches!(part.name.as_str(), "value" | "size_value") {
                    return self.value_of_type(of);
                }
                if part.name == "type" && owner == "conditional" {
                    return self.conditional(inner);
                }
                if self.in_kernel() && self.is_size_name(&part.name) {
                    return Some(self.constant_member(owner, &part.name, site));
                }
                let name = format!("{owner}::{}", part.name);
                Some(Value::Type(Rc::new(Type::named(&name, Vec::new()))))
            }
            _ => None,
        }?;
        match arguments {
            Some(arguments) => Some(self.with_arguments(found, arguments, frame)),
            None => Some(found),
        }
    }

    /// Constants of a class that is not known are written `kBlockM` or `Is_even`; its types are not.
    fn is_size_name(&self, name: &str) -> bool {
        let mut chars = name.chars();
        let first = chars.next();
        let second = chars.next();
        (first == Some('k') && second.is_some_and(char::is_uppercase))
            || name.starts_with("Is_")
            || name.starts_with("Has_")
            || name.starts_with("Share_")
            || name.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || c == '_')
    }

    /// A constant of a type that only a launch gives: a parameter that has its value when the kernel is compiled.
    fn constant_member(&mut self, owner: &str, name: &str, site: Site) -> Value {
        let key = format!("{owner}::{name}");
        let scope = self.graph.scope;
        let node = self.once(&key, |machine| {
            let node = machine.graph.named(Op::Parameter, name, Vec::new(), site);
            machine.integers.insert(node);
            machine.add_parameter(scope, name, ParameterKind::Constexpr, node, site);
            node
        });
        Value::Node(node)
    }

    pub(crate) fn conditional(&mut self, arguments: &[Value]) -> Option<Value> {
        let [condition, then, otherwise] = arguments else { return None };
        match self.truth(condition) {
            Some(true) => Some(then.clone()),
            Some(false) => Some(otherwise.clone()),
            // Which one it is decides nothing that is looked at, as a rule.
            None => Some(then.clone()),
        }
    }
}
