//! What the host does with kernels: launches, and choosing configs.

use std::rc::Rc;

use spak_program::{
    Argument, Condition, Config, Configs, ConfigsId, Constant, KernelMade, Launch, LaunchId,
    LaunchKind, NodeId, Op, Site, Strategy, given,
};

use crate::machine::Machine;
use crate::value::{Arguments, KernelValue, Value};

/// A launch as the source asks for it.
pub(crate) struct Order<'a> {
    pub(crate) kind: LaunchKind,
    pub(crate) grid: Value<'a>,
    pub(crate) arguments: Arguments<'a>,
    pub(crate) configs: Option<ConfigsId>,
    pub(crate) site: Site,
}

impl<'a> Machine<'a> {
    /// Records a launch of what may be one of several kernels.
    pub(crate) fn launch(&mut self, kernel: &Value<'a>, order: &Order<'a>) {
        match kernel {
            Value::Kernel(kernel) => self.launch_kernel(kernel, order),
            Value::Choice(choice) => {
                self.each_way(choice, order.site, |machine, way| {
                    machine.launch(way, order);
                    machine.none(order.site)
                });
            }
            // A way on which there is no kernel is not taken.
            Value::Constant(Constant::None, _) => {}
            _ => self.graph.gap("it is not known which kernel is launched", order.site),
        }
    }

    fn launch_kernel(&mut self, kernel: &Rc<KernelValue>, order: &Order<'a>) {
        let site = order.site;
        if let Some(state) = self.kernels.get_mut(kernel.kernel.index()) {
            state.launched = true;
        }
        let names = self.parameter_names(kernel);
        let mut arguments: Vec<Option<NodeId>> = vec![None; names.len()];
        for (at, value) in order.arguments.positional.iter().enumerate() {
            let value = self.as_node(value, site);
            if let Some(place) = arguments.get_mut(at) {
                *place = Some(value);
            }
        }
        let mut hints = kernel.hints.clone();
        for (name, value) in &order.arguments.named {
            match names.iter().position(|known| known == name) {
                Some(at) => {
                    let value = self.as_node(value, site);
                    if let Some(place) = arguments.get_mut(at) {
                        *place = Some(value);
                    }
                }
                None => {
                    let one = Arguments {
                        named: vec![(name.clone(), value.clone())],
                        ..Arguments::default()
                    };
                    for hint in self.hints(&one, site) {
                        hints.retain(|known| known.name != hint.name);
                        hints.push(hint);
                    }
                }
            }
        }
        let grid = match self.elements(&order.grid) {
            Some(axes) => axes.iter().map(|axis| self.as_node(axis, site)).collect(),
            None => vec![self.as_node(&order.grid, site)],
        };
        let from: Vec<NodeId> = arguments.iter().flatten().chain(&grid).copied().collect();
        let from = from.into_iter().chain(hints.iter().map(|hint| hint.value));
        let configs = order.configs.or_else(|| self.configs_in(from.collect()));
        let handed = arguments.iter().map(|value| self.handed(*value)).collect();
        let made = KernelMade { hinted: kernel.hinted, kept: self.kept_at(kernel), handed };
        let id = LaunchId(self.graph.program.launches.len() as u32);
        self.graph.program.kernels_made.insert(id, made);
        self.graph.program.launches.push(Launch {
            kernel: kernel.kernel,
            kind: order.kind,
            grid,
            arguments,
            hints,
            configs,
            conditions: self.graph.conditions.clone(),
            site,
            scope: self.graph.scope,
        });
    }

    /// A node where the name of an argument stands.
    fn handed(&mut self, value: Option<NodeId>) -> Option<NodeId> {
        let value = value?;
        let site = *self.uses.get(&value)?;
        Some(self.graph.node(Op::Unknown, Vec::new(), site))
    }

    /// All parameters of a kernel, by name.
    pub(crate) fn parameter_names(&self, kernel: &KernelValue) -> Vec<String> {
        let function = self.kernels.get(kernel.kernel.index()).map(|state| &state.function);
        let parameters = function.and_then(|function| function.code.parameters());
        parameters
            .into_iter()
            .flat_map(|all| all.iter_non_variadic_params())
            .map(|parameter| parameter.parameter.name.to_string())
            .collect()
    }

    /// The list from which values of a launch come.
    fn configs_in(&self, mut open: Vec<NodeId>) -> Option<ConfigsId> {
        let mut left = 2000;
        while let Some(id) = open.pop() {
            left -= 1;
            let node = self.graph.program.node(id)?;
            if node.op == Op::ConfigField {
                let configs = self.graph.program.constant(node.argument("configs")?)?;
                if let Constant::Int(configs) = configs {
                    return Some(ConfigsId(*configs as u32));
                }
            }
            if left > 0 {
                open.extend(node.arguments.iter().map(|argument| argument.value));
            }
        }
        None
    }

    /// A list of configs, from what a program has listed.
    pub(crate) fn configs(
        &mut self,
        list: &Value<'a>,
        strategy: Strategy,
        options: Vec<Argument>,
        site: Site,
    ) -> Option<ConfigsId> {
        let items = self.items(list)?;
        let configs = items
            .iter()
            .map(|(item, conditions)| self.config(item, conditions, site))
            .collect::<Option<Vec<Config>>>()?;
        let mut options = options;
        let chosen = self.graph.named(Op::Call, "choose", Vec::new(), site);
        options.push(given("chosen", chosen));
        options.extend(self.timeouts.last().map(|limit| given("timeout", *limit)));
        let id = ConfigsId(self.graph.program.configs.len() as u32);
        self.graph.program.configs.push(Configs {
            configs,
            strategy,
            key: Vec::new(),
            options,
            site,
            scope: self.graph.scope,
        });
        Some(id)
    }

    fn config(&mut self, item: &Value<'a>, conditions: &[Condition], site: Site) -> Option<Config> {
        let (fields, site) = match item {
            Value::Record(record) => (record.fields.borrow().clone(), record.site),
            Value::Dict(dict) => {
                let dict = dict.borrow();
                let fields = dict
                    .items
                    .iter()
                    .map(|(key, value)| Some((key.text()?.to_owned(), value.clone())));
                (fields.collect::<Option<_>>()?, site)
            }
            // A list of plain values is tuned over the value itself.
            Value::Constant(..) | Value::Node(_) => (vec![(String::new(), item.clone())], site),
            Value::Tuple(parts) => {
                let fields =
                    parts.iter().enumerate().map(|(at, part)| (at.to_string(), part.clone()));
                (fields.collect(), site)
            }
            _ => return None,
        };
        let fields = fields
            .into_iter()
            .map(|(name, value)| {
                let value = self.as_node(&value, site);
                (name, value)
            })
            .collect();
        Some(Config { fields, conditions: conditions.to_vec(), site })
    }

    /// A field of the config that is chosen from a list.
    pub(crate) fn config_field(&mut self, id: ConfigsId, name: &str, site: Site) -> Value<'a> {
        let configs = self.graph.constant(Constant::Int(i64::from(id.0)), site);
        Value::Node(self.graph.named(Op::ConfigField, name, vec![given("configs", configs)], site))
    }

    /// Whether configs of a list have a field: all, or none; otherwise that is not known.
    pub(crate) fn has_field(&self, id: ConfigsId, name: &str) -> Option<bool> {
        let configs = &self.graph.program.configs.get(id.0 as usize)?.configs;
        let having =
            configs.iter().filter(|config| config.fields.iter().any(|(known, _)| known == name));
        match having.count() {
            0 => Some(false),
            count if count == configs.len() => Some(true),
            _ => None,
        }
    }

    /// The first of several configs, which depends on conditions.
    pub(crate) fn first_config(
        &mut self,
        items: &[(Value<'a>, Vec<Condition>)],
        site: Site,
    ) -> Option<Value<'a>> {
        items.iter().all(|(item, _)| matches!(item, Value::Record(_))).then_some(())?;
        let list = Value::list([]);
        if let Value::List(list) = &list {
            list.borrow_mut().items = items.to_vec();
        }
        let id = self.configs(&list, Strategy::First, Vec::new(), site)?;
        Some(Value::Config(id))
    }

    /// Notes what the host calls a value: the first name that a file that is lifted gives it.
    pub(crate) fn note_name(&mut self, name: &str, value: &Value<'a>, site: Site) {
        if self.in_kernel() {
            return;
        }
        let is_lifted = self.modules.iter().any(|module| module.wanted && module.file == site.file);
        match value {
            Value::Node(node) => {
                let is_new = !self.graph.program.names.contains_key(node);
                if is_new || is_lifted && self.named_elsewhere.remove(node) {
                    self.graph.program.names.insert(*node, (name.to_owned(), site));
                    if !is_lifted {
                        self.named_elsewhere.insert(*node);
                    }
                }
            }
            Value::Choice(choice)
                if is_lifted
                    && !self.named_choices.iter().any(|(known, ..)| Rc::ptr_eq(known, choice)) =>
            {
                self.named_choices.push((Rc::clone(choice), name.to_owned(), site));
            }
            _ => {}
        }
    }

    /// Notes a field that configs are asked for and none of them has.
    pub(crate) fn note_lack(&mut self, id: ConfigsId, name: &str, default: &Value<'a>, site: Site) {
        let default = self.as_node(default, site);
        let lack = self.graph.named(Op::Call, name, vec![given("default", default)], site);
        if let Some(configs) = self.graph.program.configs.get_mut(id.0 as usize) {
            configs.options.push(given("lacks", lack));
        }
    }

    /// Notes where the host writes several values together, which may be a key.
    pub(crate) fn note_tuple(&mut self, items: &[Value<'a>], site: Site) {
        if items.len() > 1 && !self.in_kernel() {
            self.tuples.push((items.to_vec(), site));
        }
    }

    /// Notes by which key a chosen config is remembered.
    pub(crate) fn note_choice(&mut self, key: &Value<'a>, value: &Value<'a>) {
        let id = match value {
            Value::Config(id) => Some(*id),
            Value::Tuple(parts) => parts.iter().find_map(|part| match part {
                Value::Config(id) => Some(*id),
                _ => None,
            }),
            Value::Kernel(kernel) => {
                self.configs_in(kernel.hints.iter().map(|hint| hint.value).collect())
            }
            _ => None,
        };
        let Some(id) = id else { return };
        let site = self.graph.program.configs.get(id.0 as usize).map(|configs| configs.site);
        let Some(site) = site else { return };
        let parts: Vec<Value<'a>> = match key {
            Value::Tuple(parts) => parts.iter().cloned().collect(),
            other => vec![other.clone()],
        };
        let is_key = |items: &[Value<'a>]| {
            items.len() == parts.len() && items.iter().zip(&parts).all(|(a, b)| a.same(b))
        };
        let written = self.tuples.iter().rev().find(|(items, _)| is_key(items));
        let place = written.map(|(_, site)| *site);
        let place = place.map(|site| self.graph.named(Op::Call, "key", Vec::new(), site));
        let key = parts.iter().map(|part| self.as_node(part, site)).collect();
        if let Some(configs) = self.graph.program.configs.get_mut(id.0 as usize) {
            configs.key = key;
            configs.options.extend(place.map(|place| given("key", place)));
        }
    }

    /// An exhaustive search: all configs of a list are tried with the functions that are given.
    pub(crate) fn exhaustive_search(&mut self, arguments: &Arguments<'a>, site: Site) -> Value<'a> {
        let argument = |at, name| arguments.get(at, name).cloned();
        let Some(list) = argument(0, "search_space") else { return self.unknown(site) };
        let Some(id) = self.configs(&list, Strategy::Exhaustive, Vec::new(), site) else {
            self.graph.gap("a search over a list that is not known", site);
            return self.unknown(site);
        };
        let config = Value::Config(id);
        let with = |value| Arguments { positional: vec![value], ..Arguments::default() };
        let grid = match argument(2, "grid_fn") {
            Some(function) => self.call(&function, with(config.clone()), site),
            None => self.unknown(site),
        };
        let mut kernel = argument(3, "kernel").unwrap_or_else(|| self.none(site));
        if let Some(function) = argument(5, "hints_fn").filter(|value| value.constant().is_none()) {
            let hints = self.call(&function, with(config.clone()), site);
            if let Value::Kernel(value) = &kernel {
                let mut named = Arguments::default();
                if let Value::Dict(dict) = &hints {
                    for (key, value) in &dict.borrow().items {
                        if let Some(name) = key.text() {
                            named.named.push((name.to_owned(), value.clone()));
                        }
                    }
                }
                kernel = self.kernel_method(&Rc::clone(value), "replace_hints", named, site);
            }
            let place = match &function {
                Value::Function(function) => function.site,
                _ => site,
            };
            let node = self.graph.named(Op::Call, "hints", Vec::new(), place);
            if let Some(configs) = self.graph.program.configs.get_mut(id.0 as usize) {
                configs.options.push(given("hints", node));
            }
        }
        let values = match argument(4, "args_fn") {
            Some(function) => self.call(&function, with(config.clone()), site),
            None => self.unknown(site),
        };
        let positional = self.elements(&values).unwrap_or_default();
        let order = Order {
            kind: LaunchKind::Trial,
            grid,
            arguments: Arguments { positional, ..Arguments::default() },
            configs: Some(id),
            site,
        };
        self.launch(&kernel, &order);
        let best = self.record(vec![("config".to_owned(), config)], site);
        self.record(vec![("best".to_owned(), best)], site)
    }
}
