//! Triton: declared tuning, and launches by `kernel[grid](…)`.

use std::rc::Rc;

use spak_program::{Argument, Constant, KernelId, LaunchKind, Op, Site, Strategy, given};

use crate::host::Order;
use crate::kernel::HINTS;
use crate::machine::Machine;
use crate::value::{Arguments, Dict, KernelValue, Value};

impl<'a> Machine<'a> {
    /// `triton.Config({…}, num_warps=…)`: a record of both.
    pub(crate) fn triton_config(&mut self, arguments: &Arguments<'a>, site: Site) -> Value<'a> {
        let mut fields = Vec::new();
        if let Some(Value::Dict(dict)) = arguments.get(0, "kwargs") {
            for (key, value) in &dict.borrow().items {
                if let Some(name) = key.text() {
                    fields.push((name.to_owned(), value.clone()));
                }
            }
        }
        let hints = ["kwargs", "num_warps", "num_stages", "num_ctas", "maxnreg"];
        for (at, name) in hints.iter().enumerate().skip(1) {
            if let Some(value) = arguments.get(at, name) {
                fields.push(((*name).to_owned(), value.clone()));
            }
        }
        self.record(fields, site)
    }

    /// A kernel with the list that its decorator gives.
    pub(crate) fn autotuned(
        &mut self,
        kernel: &Rc<KernelValue>,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let mut options: Vec<Argument> = Vec::new();
        for label in ["prune_configs_by", "reset_to_zero", "restore_value", "use_cuda_graph"] {
            if let Some(value) = arguments.name(label) {
                let value = value.clone();
                options.push(given(label, self.as_node(&value, site)));
            }
        }
        let list = arguments.get(0, "configs").cloned();
        let configs =
            list.and_then(|list| self.configs(&list, Strategy::Exhaustive, options, site));
        let Some(id) = configs else {
            self.graph.gap("tuned over a list that is not known", site);
            return Value::Kernel(Rc::clone(kernel));
        };
        if let Some(key) = arguments.get(1, "key").cloned()
            && let Some(parts) = self.elements(&key)
        {
            let key = parts.iter().map(|part| self.as_node(part, site)).collect();
            if let Some(configs) = self.graph.program.configs.get_mut(id.0 as usize) {
                configs.key = key;
            }
        }
        Value::Kernel(Rc::new(KernelValue { configs: Some(id), ..KernelValue::clone(kernel) }))
    }

    pub(crate) fn add_heuristics(&mut self, kernel: KernelId, values: Option<&Value<'a>>) {
        let Some(Value::Dict(dict)) = values else { return };
        let Some(state) = self.kernels.get_mut(kernel.index()) else { return };
        for (key, value) in &dict.borrow().items {
            if let Some(name) = key.text() {
                state.heuristics.push((name.to_owned(), value.clone()));
            }
        }
    }

    /// `kernel[grid](…)`. What the tuner chooses and what heuristics compute is filled in.
    pub(crate) fn launch_triton(
        &mut self,
        launcher: &Rc<(Value<'a>, Value<'a>)>,
        mut arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let (Value::Kernel(kernel), grid) = &**launcher else { return self.unknown(site) };
        let declared = Self::declared_configs(kernel);
        let names = self.parameter_names(kernel);
        if let Some(id) = declared {
            let fields = self.field_names(id);
            for name in fields {
                let taken = arguments.name(&name).is_some();
                if !taken && (names.contains(&name) || HINTS.contains(&name.as_str())) {
                    let value = self.config_field(id, &name, site);
                    arguments.named.push((name, value));
                }
            }
        }
        let meta = self.meta(&names, &arguments, site);
        let heuristics = self
            .kernels
            .get(kernel.kernel.index())
            .map(|state| state.heuristics.clone())
            .unwrap_or_default();
        for (name, function) in heuristics {
            if arguments.name(&name).is_none() {
                let with = Arguments { positional: vec![meta.clone()], ..Arguments::default() };
                let value = self.call(&function, with, site);
                arguments.named.push((name, value));
            }
        }
        let grid = match grid {
            Value::Function(_) => {
                let with = Arguments { positional: vec![meta], ..Arguments::default() };
                self.call(grid, with, site)
            }
            other => other.clone(),
        };
        let order = Order { kind: LaunchKind::Real, grid, arguments, configs: declared, site };
        self.launch(&Value::Kernel(Rc::clone(kernel)), &order);
        self.none(site)
    }

    fn field_names(&self, id: spak_program::ConfigsId) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for config in
            self.graph.program.configs.get(id.0 as usize).map_or(&[][..], |all| &all.configs)
        {
            for (name, _) in &config.fields {
                if !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// What grid functions and heuristics look values up in.
    fn meta(&mut self, names: &[String], arguments: &Arguments<'a>, site: Site) -> Value<'a> {
        let mut dict = Dict { depth: self.graph.conditions.len(), ..Dict::default() };
        let text = |name: &String| Value::Constant(Constant::Text(name.clone()), site);
        for (name, value) in names.iter().zip(&arguments.positional) {
            dict.items.push((text(name), value.clone()));
        }
        for (name, value) in &arguments.named {
            dict.items.push((text(name), value.clone()));
        }
        for name in names {
            let known = dict.items.iter().any(|(key, _)| key.text() == Some(name));
            if !known {
                let node = self.graph.named(Op::Field, name, Vec::new(), site);
                dict.items.push((text(name), Value::Node(node)));
            }
        }
        Value::Dict(Rc::new(std::cell::RefCell::new(dict)))
    }
}
