//! What the host side of a module would start.

use std::collections::BTreeMap;

use spak_records::Value;
use spak_records::compiling::{Argument, Array, LaunchQuestion, Parameter};
use spak_toolchain::Planner;

use crate::cutile;

const TWO: &str = "import cuda.tile as ct

@ct.kernel(occupancy=2)
def scaled(x, part, scale: float, length: int, TILE: ct.Constant[int]):
    pass

@ct.kernel
def gathered(part, y, IS_LAST: ct.Constant[bool]):
    pass

def launch(stream, empty, x, y, scale, tile=128, processors=None):
    if x.shape[0] % tile:
        raise ValueError(\"rows are ragged\")
    blocks = ct.cdiv(x.shape[0], tile)
    part = empty((blocks, 4), \"float32\")
    ct.launch(stream, (blocks,), scaled, (x, part, scale, x.shape[0], tile))
    other = gathered.replace_hints(occupancy=4)
    ct.launch(stream, (processors, 2, 1), other, (part, y, True))
";

fn question(rows: u64) -> LaunchQuestion {
    let arrays = [("x", Array::dense("bfloat16", &[rows])), ("y", Array::dense("float32", &[4]))];
    LaunchQuestion {
        source: TWO.to_owned(),
        arrays: arrays.map(|(name, array)| (name.to_owned(), array)).into(),
        scalars: BTreeMap::from([
            ("scale".to_owned(), Value::Float(0.5)),
            ("unused".to_owned(), Value::Int(1)),
        ]),
        processors: 132,
    }
}

#[test]
fn launches_scratch_and_arguments_are_told() {
    let Some(toolchain) = cutile() else { return };
    let mut planner = Planner::new(toolchain);
    let plan = planner.plan(&question(512)).unwrap().unwrap();
    assert_eq!(plan.scratch, [Array::dense("float32", &[4, 4])]);
    let [first, second] = plan.launches.as_slice() else { panic!("{plan:?}") };
    assert_eq!((first.kernel.as_str(), first.grid), ("scaled", [4, 1, 1]));
    assert!(first.hints.is_empty(), "what the source has need not be said");
    let given = [
        Argument::Array("x".to_owned()),
        Argument::Scratch(0),
        Argument::Float32(0.5),
        Argument::Int32(512),
    ];
    assert_eq!(first.arguments, given);
    // Arrays as far as the compiler assumes anything of them: 512 is a multiple of 16, and rows of 16 bytes are apart.
    let assumed = |dtype: &str, shape: &[u64], strides: &[u64]| {
        Parameter::Array(Array {
            dtype: dtype.to_owned(),
            shape: shape.to_vec(),
            strides: strides.to_vec(),
        })
    };
    let known = [
        assumed("bfloat16", &[16], &[1]),
        assumed("float32", &[1, 1], &[1 << 20, 1]),
        Parameter::Scalar("float32".to_owned()),
        Parameter::Scalar("int32".to_owned()),
        Parameter::Int(128),
    ];
    assert_eq!(first.parameters, known);
    assert_eq!(second.grid, [132, 2, 1]);
    assert_eq!(second.hints.get("occupancy"), Some(&4));
    assert_eq!(second.arguments, [Argument::Scratch(0), Argument::Array("y".to_owned())]);
}

#[test]
fn one_kernel_serves_all_shapes_of_which_the_same_is_assumed() {
    let Some(toolchain) = cutile() else { return };
    let mut planner = Planner::new(toolchain);
    let mut parameters = |rows: u64, head: &str| {
        let question = LaunchQuestion { source: format!("{head}{TWO}"), ..question(rows) };
        let plan = planner.plan(&question).unwrap().unwrap();
        plan.launches.iter().map(|launch| launch.parameters.clone()).collect::<Vec<_>>()
    };
    assert_eq!(parameters(512, ""), parameters(1024, ""));
    let is_static = "ARRAY_SHAPES = \"static\"\n";
    let told = parameters(512, is_static);
    assert_eq!(told[0][0], Parameter::Array(Array::dense("bfloat16", &[512])));
    assert_ne!(told, parameters(1024, is_static));
}

#[test]
fn what_launch_says_against_a_problem_is_told_and_the_next_is_planned() {
    let Some(toolchain) = cutile() else { return };
    let mut planner = Planner::new(toolchain);
    let refused = planner.plan(&question(500)).unwrap().unwrap_err();
    assert!(refused.contains("rows are ragged"), "{refused}");
    let mut lacks = question(512);
    lacks.arrays.remove("y");
    let refused = planner.plan(&lacks).unwrap().unwrap_err();
    assert!(refused.contains("wants `y`"), "{refused}");
    let broken = LaunchQuestion { source: "def launch(:".to_owned(), ..question(512) };
    assert!(planner.plan(&broken).unwrap().unwrap_err().contains("SyntaxError"));
    let none = LaunchQuestion { source: "x = 1".to_owned(), ..question(512) };
    assert!(planner.plan(&none).unwrap().unwrap_err().contains("no function `launch`"));
    assert!(planner.plan(&question(128)).unwrap().is_ok());
}
