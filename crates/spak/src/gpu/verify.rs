//! Compiled configs run by the interpreter of Tile IR and compared with references, without a GPU.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use spak_generate::operators::{COMMON, operators};
use spak_records::compile_report::CompiledState;
use spak_records::gpu::ArrayPlan;
use spak_records::verify_report::{VerifiedRun, VerifiedState};
use spak_verify::{Compiler, Expectation, Reference, compare, expect, run};

use crate::gpu::compile::{Batch, Compiled};
use crate::gpu::design::GpuWorkload;

/// Arrays, and what their outputs should be.
type Known = (Vec<ArrayPlan>, Rc<Expectation>);

/// Judges compiled configs.
pub(crate) struct Verifier<'w> {
    pub(crate) workloads: &'w [GpuWorkload],
    pub(crate) compiler: &'w Compiler,
    /// Where references are kept that were compiled.
    pub(crate) folder: PathBuf,
    pub(crate) seed: u64,
    references: BTreeMap<String, Reference>,
    /// By workload and by how arrays lie.
    expectations: BTreeMap<usize, Vec<Known>>,
}

impl<'w> Verifier<'w> {
    /// One that has judged nothing yet.
    pub(crate) fn new(
        workloads: &'w [GpuWorkload],
        compiler: &'w Compiler,
        folder: PathBuf,
        seed: u64,
    ) -> Self {
        let (references, expectations) = (BTreeMap::new(), BTreeMap::new());
        Self { workloads, compiler, folder, seed, references, expectations }
    }

    /// Judges a config on its problem.
    ///
    /// # Errors
    /// A reference that does not compile or fails.
    pub(crate) fn judge(&mut self, one: &Compiled, batch: &Batch) -> Result<VerifiedRun> {
        let workload = self.workloads.get(one.workload).context("no such workload")?;
        let mut result = VerifiedRun {
            workload: workload.specified.workload_name.clone(),
            config: one.config.clone(),
            problem: workload.problem.clone(),
            state: VerifiedState::Right,
            reason: one.reason.clone(),
            finding: None,
            kernels: one.plan.launches.len() as u64,
            blocks: 0,
            operations: 0,
            compared: 0,
            worst_error: 0.0,
            worst_ratio: 0.0,
            seconds: 0.0,
        };
        if one.state != CompiledState::Ready {
            // Without a plan it was not the compiler that refused.
            let is_planned = !one.plan.launches.is_empty();
            let state =
                if is_planned { VerifiedState::NotCompiled } else { VerifiedState::NotForIt };
            result.state = state;
            return Ok(result);
        }
        let binaries = one.keys.iter().map(|key| batch.binaries.get(key).map(Vec::as_slice));
        let binaries: Vec<&[u8]> =
            binaries.collect::<Option<_>>().context("a binary is missing")?;
        let reference = self.reference(&workload.problem.operator)?;
        let expectation = self.expectation(one, workload, &reference)?;
        let begin = Instant::now();
        let threads = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let left =
            run(&one.plan, &binaries, &one.arrays, &expectation.inputs, &one.source, threads);
        result.seconds = begin.elapsed().as_secs_f64();
        let judged = match left {
            Ok(left) => {
                (result.blocks, result.operations) = (left.work.blocks, left.work.operations);
                compare(&reference, &expectation, &one.arrays, &left.arrays)?
            }
            Err(finding) => Err(finding),
        };
        match judged {
            Ok(agreement) => {
                result.compared = agreement.compared;
                result.worst_error = agreement.worst_error;
                result.worst_ratio = agreement.worst_ratio;
            }
            Err(finding) => {
                (result.state, result.finding) = (VerifiedState::Wrong, Some(*finding));
            }
        }
        Ok(result)
    }

    fn reference(&mut self, name: &str) -> Result<Reference> {
        if let Some(known) = self.references.get(name) {
            return Ok(known.clone());
        }
        let of = operators().iter().find(|one| one.name == name);
        let of = of.with_context(|| format!("no operator `{name}`"))?;
        let source = format!("{COMMON}\n{}", of.reference);
        let reference = Reference::compile(self.compiler, &source, &self.folder)?;
        self.references.insert(name.to_owned(), reference.clone());
        Ok(reference)
    }

    /// What the outputs of a problem should be; they are computed once for arrays that lie alike.
    fn expectation(
        &mut self,
        one: &Compiled,
        workload: &GpuWorkload,
        reference: &Reference,
    ) -> Result<Rc<Expectation>> {
        let known = self.expectations.entry(one.workload).or_default();
        if let Some((_, found)) = known.iter().find(|(arrays, _)| *arrays == one.arrays) {
            return Ok(Rc::clone(found));
        }
        let numbers = workload.operator.reference_numbers(&workload.problem)?;
        let found = expect(reference, &one.arrays, &numbers, self.seed, false)?;
        let found = Rc::new(found);
        known.push((one.arrays.clone(), Rc::clone(&found)));
        Ok(found)
    }
}

#[cfg(test)]
#[expect(clippy::print_stderr, reason = "a test that is not run says so")]
mod tests {
    use std::collections::BTreeMap;

    use spak_generate::operators::{COMMON, operators};
    use spak_model::Literal;
    use spak_records::{Value, Workload};
    use spak_verify::{Compiler, Reference, expect};

    use crate::gpu::operator::load;

    /// A reference that lacks a barrier is right in one order of threads and wrong in the other.
    #[test]
    fn references_do_not_depend_on_the_order_of_threads() {
        let Ok(compiler) = Compiler::find(None) else {
            eprintln!("SKIPPED: there is no compiler of C++, so no reference was run");
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        // What descriptions ask of a config.
        let choices =
            ["q_compute_dtype", "k_compute_dtype", "b_compute_dtype"].map(|name| (name, "f32"));
        let choices = choices.into_iter().chain([("score_scale_placement", "after_row_max")]);
        let choices: BTreeMap<String, Literal> = choices
            .map(|(name, value)| (name.to_owned(), Literal::Text(value.to_owned())))
            .collect();
        for description in operators() {
            let operator = load(description.name).unwrap();
            let sizes = ["rows", "columns", "m", "n", "k", "seq_len", "kv_len", "head_dim"];
            let sizes = sizes.map(|name| (name, 34)).into_iter().chain([("num_heads", 4)]);
            let known: Vec<&str> = operator.value_names().collect();
            let sizes = sizes.filter(|(name, _)| known.contains(name));
            let mut workload = Workload::default();
            workload.0.extend(sizes.map(|(name, size)| (name.to_owned(), Value::Int(size))));
            for flag in ["causal", "store_lse", "store_stats"].iter().filter(|f| known.contains(f))
            {
                workload.0.insert((*flag).to_owned(), Value::Bool(true));
            }
            let problem = operator.problem(&workload).unwrap();
            let source = format!("{COMMON}\n{}", description.reference);
            let reference = Reference::compile(&compiler, &source, folder.path()).unwrap();
            let arrays = operator.arrays(&problem, &choices).unwrap();
            let numbers = operator.reference_numbers(&problem).unwrap();
            let by =
                |is_descending| expect(&reference, &arrays, &numbers, 7, is_descending).unwrap();
            assert_eq!(by(false), by(true), "{}", description.name);
        }
    }
}
