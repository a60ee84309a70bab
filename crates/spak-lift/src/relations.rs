//! The relations that come with the engine: one table, which documentation and messages are made from.

/// A relation.
#[derive(Debug)]
pub struct Relation {
    /// Which.
    pub id: Id,
    /// As patterns call it.
    pub name: &'static str,
    /// What its arguments are called.
    pub arguments: &'static [&'static str],
    /// What it says of them.
    pub meaning: &'static str,
    /// Which arguments must have a value before it can be asked; one of these lists is enough.
    pub(crate) needs: &'static [&'static [usize]],
}

macro_rules! relations {
    ($($id:ident $name:literal ($($argument:literal),+) [$([$($need:literal),*]),+] $meaning:literal;)+) => {
        /// Which relation it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Id { $(#[doc = $meaning] $id,)+ }

        /// Every relation.
        pub static RELATIONS: &[Relation] = &[$(Relation {
            id: Id::$id,
            name: $name,
            arguments: &[$($argument),+],
            meaning: $meaning,
            needs: &[$(&[$($need),*]),+],
        },)+];
    };
}

relations! {
    Kernel "kernel" ("k") [[]] "k is the kernel that is looked at, or any if a whole file is";
    Language "language" ("k", "name") [[]] "kernel k is written in this language: `cutile`, `triton` or `cuda`";
    Loop "loop" ("l") [[]] "l is a loop";
    LoopKind "loop_kind" ("l", "kind") [[]] "l goes on over a `range`, `while` something holds, or over `each` element";
    Inside "inside" ("x", "l") [[0], [1]] "x, a value or a loop, is in loop l or in a loop within it";
    DirectlyInside "directly_inside" ("x", "l") [[0], [1]] "l is the innermost loop around x";
    Outside "outside" ("x", "l") [[0, 1]] "x is not in loop l";
    Depth "depth" ("x", "n") [[0]] "n loops are around x";
    Induction "induction" ("l", "x") [[]] "x counts the turns of loop l";
    Carried "carried" ("x", "l", "init", "next") [[]] "x is a variable of loop l that starts with init and becomes next";
    Start "start" ("l", "x") [[]] "loop l starts at x";
    Stop "stop" ("l", "x") [[]] "loop l ends before x";
    Step "step" ("l", "x") [[]] "loop l advances by x";
    Invariant "invariant" ("x", "l") [[0, 1]] "x does not change from turn to turn of loop l";

    Depends "depends" ("x", "y") [[0], [1]] "y is x or one of the values that x is computed from, through loops, indices and conditions";
    Feeds "feeds" ("x", "y") [[0], [1]] "x is y or one of the values that y is computed from";
    MadeOf "made_of" ("x", "y") [[0], [1]] "as `depends`, but not through indices, masks, conditions and shapes";
    Addend "addend" ("x", "t") [[0]] "t is one of the terms of the sum x, whatever its sign; x itself if it is no sum";
    Factor "factor" ("x", "f") [[0]] "f is one of the factors of the product x; x itself if it is none";
    Same "same" ("x", "y") [[0, 1]] "x and y are computed in the same way from the same values";
    Operation "operation" ("x", "name") [[0], [1]] "the operation of x has this name";
    Exact "exact" ("x") [[0]] "x stands for the value with the casts, reshapes and broadcasts around it";
    Unused "unused" ("x") [[0]] "nothing uses x";

    Guarded "guarded" ("x", "c") [[0]] "x is computed only where c holds";
    GuardedNot "guarded_not" ("x", "c") [[0]] "x is computed only where c does not hold";
    Unguarded "unguarded" ("x") [[0]] "x is computed under no condition";
    Before "before" ("x", "y") [[0, 1]] "x is written before y in the same run";

    Number "number" ("x", "n") [[0]] "x is known to be the number n";
    Near "near" ("x", "n") [[0, 1]] "x is known to be the number n, up to a millionth of it";
    Text "text" ("x", "t") [[0]] "x is known to be the text, type or name t";
    IsInf "is_inf" ("x") [[0]] "x is known to be infinite, of either sign";
    IsKnown "is_known" ("x") [[0]] "the value of x is known";
    IsWhole "is_whole" ("x") [[0]] "x is known to be a whole number";

    Inlined "inlined" ("k", "f") [[]] "kernel k calls the function f of the source, or a function that calls it";
    WrittenIn "written_in" ("x", "f") [[0]] "x is written in the function f of the source";

    Parameter "parameter" ("x") [[]] "x is a parameter of the kernel";
    Constexpr "constexpr" ("x") [[]] "x is a parameter that has its value when the kernel is compiled";
    Runtime "runtime" ("x") [[]] "x is a parameter that has its value when the kernel is launched";
    Array "array" ("x") [[]] "x is a parameter whose elements the kernel reads or writes, or whose shape it asks for";
    Name "name" ("x", "t") [[0]] "the call, field, parameter or figure x is called t";
    ArrayOf "array_of" ("x", "p") [[0]] "p is the parameter whose elements x reads, writes or asks of";
    Given "given" ("x", "label", "v") [[0]] "v was written as this argument of x";
    Absent "absent" ("x", "label") [[0, 1]] "nothing was written as this argument of x";
    Argument "argument" ("x", "label", "v") [[0]] "v is this argument of x, written or what the API takes";
    Effect "effect" ("x") [[]] "x is a store or something else that has effects";

    Hint "hint" ("k", "name", "v") [[]] "kernel k is declared with, or launch k carries, this hint";
    Launch "launch" ("l", "k") [[]] "l launches kernel k";
    Trial "trial" ("l") [[0]] "launch l is a trial of an autotuner";
    Grid "grid" ("l", "axis", "v") [[0]] "launch l has v blocks along this axis";
    Bound "bound" ("l", "p", "v") [[0]] "launch l gives parameter p, a value or its name, the value v";
    Config "config" ("l", "name") [[0]] "launch l takes a config from a list whose configs have this field";
    ConfigValue "config_value" ("l", "name", "v") [[0]] "v is this field of one of the configs of launch l";
    Strategy "strategy" ("l", "name") [[0]] "the config of launch l is chosen so: `exhaustive`, `first`, `heuristic` or `fixed`";
    CacheKey "cache_key" ("l", "v") [[0]] "the choice of a config for launch l is remembered by v";

    LaunchedIf "launched_if" ("l", "c") [[0]] "launch l happens only where c holds";
    LaunchedIfNot "launched_if_not" ("l", "c") [[0]] "launch l happens only where c does not hold";
    Tested "tested" ("c", "x") [[0]] "x is where the host goes one way or the other by c";
    TunerOption "tuner_option" ("l", "name", "v") [[0]] "the tuner of launch l was told v under this name: `timeout`, `hints`, `prune`…";
    Hinted "hinted" ("l", "x") [[0]] "x is the call that gave the kernel of launch l its hints";
    Kept "kept" ("l", "x") [[0]] "x is where the kernel of launch l, with its hints, is put into a cache";
    Handed "handed" ("l", "p", "x") [[0]] "x is where launch l is given parameter p by a name";
    DeadField "dead_field" ("l", "name", "v") [[0]] "the configs of launch l are tried with this field, first v, and neither kernel, grid nor hints depend on it";
    OneValued "one_valued" ("l", "name", "v") [[0]] "all of several configs of launch l have the value v in this field";
    BecomesHint "becomes_hint" ("x", "name") [[0]] "the field x of a config is called like this hint, or is where a launch has it from";
    KeyHolds "key_holds" ("l", "t") [[0]] "t says what the key of the config of launch l holds, in alphabetical order and with `_` between: `device`, `dtype`, `machine`, `sizes`, `strides`, and `values` for other numbers and flags";
    KeyMisses "key_misses" ("l", "x") [[0]] "launch l depends on x, a size, and the key of its config does not";
    Remark "remark" ("x", "kind") [[]] "x is a name of the file that nothing uses, `unused_argument`, `unused_rest`, `unused_local`, `unused_global`, `unused_function` or `unread_field`, or a function that `only_raises`";
    MisnamedConfigs "misnamed_configs" ("l", "x") [[0]] "x, a comment above configs of launch l, names architectures other than those that take them";
    AlikeKernels "alike_kernels" ("k", "other") [[]] "most operations of kernel k are in the other kernel as well, made from the same; names, and how an operation is done (padding, latency), do not count";
    InKernel "in_kernel" ("x", "k") [[0]] "x is computed by kernel k";
    PowerAbove "power_above" ("x", "y") [[0]] "x is the least power of two that is not less than y";

    Role "role" ("x", "r") [[]] "x, a load, a store, an operand or a parameter, is this operand of the computation: `q`, `k`, `v`, `o`, `lse`, `do`, `delta`, `s`, `p`, `dp`, `ds`, `dq`, `dk`, `dv`; `a`, `b`, `c`; `x`, `weight`, `bias`, `y`, `dy`; `o_partial`";
    Dtype "dtype" ("x", "d") [[0]] "the elements of x have type d";
    DtypeLike "dtype_like" ("x", "p") [[0]] "the elements of x have the type of those of parameter p";
    ShapeDim "shape_dim" ("x", "i", "v") [[0]] "size i of the tile x is v";
}

impl Relation {
    /// Which arguments must have a value before it can be asked: each list is enough, an empty one asks for none.
    pub fn known_first(&self) -> Vec<Vec<&'static str>> {
        let names = |need: &&'static [usize]| {
            need.iter().filter_map(|at| self.arguments.get(*at).copied()).collect()
        };
        self.needs.iter().map(names).collect()
    }

    /// Which argument is a value of the host.
    pub(crate) fn host_value(&self) -> Option<usize> {
        match self.id {
            Id::Hint
            | Id::Grid
            | Id::Bound
            | Id::ConfigValue
            | Id::TunerOption
            | Id::Handed
            | Id::DeadField
            | Id::OneValued => Some(2),
            Id::CacheKey
            | Id::LaunchedIf
            | Id::Tested
            | Id::LaunchedIfNot
            | Id::MisnamedConfigs
            | Id::Hinted
            | Id::Kept
            | Id::KeyMisses => Some(1),
            _ => None,
        }
    }

    /// Whether it leads from a value of the host to others.
    pub(crate) fn follows(&self) -> bool {
        matches!(
            self.id,
            Id::Depends
                | Id::Feeds
                | Id::MadeOf
                | Id::Addend
                | Id::Factor
                | Id::Given
                | Id::Argument
                | Id::Guarded
                | Id::GuardedNot
                | Id::PowerAbove
        )
    }
}

/// The relation of a name.
pub fn named(name: &str) -> Option<&'static Relation> {
    RELATIONS.iter().find(|relation| relation.name == name)
}
