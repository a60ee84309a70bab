//! How restrictions are read, and what is said about those that are not.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fmt::Write as _;

use expect_test::expect;
use spak_exchange::python::restriction;

/// What is read of each text, with the place of each diagnostic.
fn shown(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        let read = restriction(text);
        match &read.expr {
            Some(expr) => writeln!(out, "{text}\n  = {expr}").unwrap(),
            None => writeln!(out, "{text}").unwrap(),
        }
        for d in &read.diagnostics {
            let at = d.primary.span;
            let (severity, code) = (d.severity.name(), d.code.0);
            writeln!(out, "  {severity}[{code}] at `{}`: {}", at.slice(text), d.message).unwrap();
            if !d.repair.is_empty() {
                writeln!(out, "    {}", d.repair).unwrap();
            }
        }
    }
    out
}

#[test]
fn what_is_written_in_the_wild() {
    let texts = [
        "(MWG % (MDIMC * VWM)) == 0",
        "32 <= block_size_x*block_size_y <= 1_024",
        "not (MWG == 128 and NWG == 128)",
        "(x & (x - 1)) == 0",
        "lambda p: p['block_size_x'] * p[\"block_size_y\"] <= 0x400",
        "lambda x, y: x != y",
        "x in (1, 2, 4) and y not in [3] or z in range(0, 8, 4)",
        "  x > 1  # a comment",
        "x * y <= 1024 and\n (z == 0\n  or z == 1)",
        "1 if use_shmem else tile_x",
        "mode == 'fast' \"er\"",
        "math.ceil(n / tile) * tile == n",
        "layout is None",
        "(a > 1) & (b > 1) | (c == 2)",
        "any([a > 1, b]) and sum((a, b)) < divmod(a, b)[1]",
        "True",
        "x",
    ];
    expect![[r#"
        (MWG % (MDIMC * VWM)) == 0
          = MWG % (MDIMC * VWM) == 0
        32 <= block_size_x*block_size_y <= 1_024
          = 32 <= block_size_x * block_size_y <= 1024
        not (MWG == 128 and NWG == 128)
          = not (MWG == 128 and NWG == 128)
        (x & (x - 1)) == 0
          = bit_and(x, x - 1) == 0
        lambda p: p['block_size_x'] * p["block_size_y"] <= 0x400
          = block_size_x * block_size_y <= 1024
        lambda x, y: x != y
          = x != y
        x in (1, 2, 4) and y not in [3] or z in range(0, 8, 4)
          = x in [1, 2, 4] and y not in [3] or z in [0, 4]
          x > 1  # a comment
          = x > 1
        x * y <= 1024 and
         (z == 0
          or z == 1)
          = x * y <= 1024 and (z == 0 or z == 1)
        1 if use_shmem else tile_x
          = 1 if use_shmem else tile_x
        mode == 'fast' "er"
          = mode == "faster"
        math.ceil(n / tile) * tile == n
          = ceil(n / tile) * tile == n
        layout is None
          = layout == "None"
        (a > 1) & (b > 1) | (c == 2)
          = a > 1 and b > 1 or c == 2
        any([a > 1, b]) and sum((a, b)) < divmod(a, b)[1]
          = (a > 1 or bool(b)) and a + b < a % b
        True
          = true
        x
          = x
    "#]]
    .assert_eq(&shown(&texts));
}

#[test]
fn operators_of_c_are_read_with_a_warning() {
    let texts = ["a && b || !c", "!(a || b) && c == 1", "!a == b", "a == '&&'", "a && b & 1"];
    expect![[r#"
        a && b || !c
          = a and b or not c
          warning[doubtful-entry] at `&&`: `&&` is no Python operator
            write `and`, `or`, `not`
        !(a || b) && c == 1
          = not (a or b) and c == 1
          warning[doubtful-entry] at `!`: `!` is no Python operator
            write `and`, `or`, `not`
        !a == b
          = (not a) == b
          warning[doubtful-entry] at `!`: `!` is no Python operator
            write `and`, `or`, `not`
        a == '&&'
          = a == "&&"
        a && b & 1
          error[not-python] at `&`: this is not a Python expression: Expected an expression
            write `and`, `or` and `not` for `&&`, `||` and `!`
    "#]]
    .assert_eq(&shown(&texts));
}

#[test]
fn what_cannot_be_translated_is_said_with_its_place() {
    let texts = [
        "",
        "x = 3",
        "x ==",
        "(x > 1",
        "x; y",
        "(x or 1) * 2 > 3",
        "min(x and y, 2) > 1",
        "foo(x) > 2",
        "rund(x) > 2",
        "round(x, 2) > 1",
        "math.sin(x) > 0",
        "x is 1",
        "f\"{x}\" == 'a'",
        "[i for i in x]",
    ];
    expect![[r#"

          error[not-python] at ``: the expression is empty
            remove it, or write what must hold
        x = 3
          error[not-python] at `=`: this is not a Python expression: Unexpected token at the end of an expression
            write equality as `==`
        x ==
          error[not-python] at ``: this is not a Python expression: Expected an expression
            write an expression such as `block_size_x * block_size_y <= 1024`
        (x > 1
          error[not-python] at ``: this is not a Python expression: unexpected EOF while parsing
            write an expression such as `block_size_x * block_size_y <= 1024`
        x; y
          error[not-python] at `;`: this is not a Python expression: Unexpected token at the end of an expression
            write an expression such as `block_size_x * block_size_y <= 1024`
        (x or 1) * 2 > 3
          error[not-translatable] at `x or 1`: the value of `or` is used, and it is not a truth value
            write `a if a else b` for `a or b`, or compare the operand
        min(x and y, 2) > 1
          error[not-translatable] at `x and y`: the value of `and` is used, and it is not a truth value
            write `a if a else b` for `a or b`, or compare the operand
        foo(x) > 2
          error[unknown-function] at `foo`: the function `foo` is not known
            did you mean `bool`?
        rund(x) > 2
          error[unknown-function] at `rund`: the function `rund` is not known
            did you mean `round`?
        round(x, 2) > 1
          error[wrong-argument-count] at `round`: this call of `round` with 2 arguments cannot be translated
        math.sin(x) > 0
          error[unknown-function] at `math.sin`: the function `sin` is not known
            write it with operators
        x is 1
          error[not-translatable] at `x is 1`: `is` between values cannot be translated
            write `==` or `!=`
        f"{x}" == 'a'
          error[not-translatable] at ``: a text with computed parts cannot be translated
            write the text out, without `f`
        [i for i in x]
          error[not-translatable] at `[i for i in x]`: a comprehension cannot be translated
            write it with operators, comparisons and known functions
    "#]].assert_eq(&shown(&texts));
}

#[test]
fn what_is_no_formula_is_said_with_its_place() {
    let texts = [
        "99999999999999999999 > x",
        "x.y > 1",
        "x[1:2] > 1",
        "(lambda x: x)(3)",
        "(x := 3) > 1",
        "x in y",
        "max(x, key=y) > 1",
        "max(*x) > 1",
        "x @ y == 1",
        "3j == x",
        "{'a': 1}['a'] == x",
        "x > 1 and foo(y) and 1j",
    ];
    expect![[r#"
        99999999999999999999 > x
          error[bad-number] at `99999999999999999999`: the whole number 99999999999999999999 is beyond 64 bits
            write a smaller, real number
        x.y > 1
          error[not-translatable] at `x.y`: the attribute `y` cannot be translated
            write the number, or the parameter's name
        x[1:2] > 1
          error[not-translatable] at `x[1:2]`: this subscript cannot be translated
            only `p["name"]` with a parameter's name, and elements of lists, are known
        (lambda x: x)(3)
          error[not-translatable] at `lambda x: x`: a call of something that is not a known function cannot be translated
            write it out
        (x := 3) > 1
          error[not-translatable] at `x := 3`: an assignment cannot be translated
            write it with operators, comparisons and known functions
        x in y
          error[not-translatable] at `y`: membership in something that is not a list of values cannot be translated
            write the values out: `x in (1, 2, 4)`
        max(x, key=y) > 1
          error[not-translatable] at `key=y`: a named argument cannot be translated
            leave it out
        max(*x) > 1
          error[not-translatable] at `*x`: `*` cannot be translated
            write the arguments out
        x @ y == 1
          error[not-translatable] at `x @ y`: a product of matrices cannot be translated
            parameters are single values
        3j == x
          error[bad-number] at `3j`: complex numbers are not known
            write a smaller, real number
        {'a': 1}['a'] == x
          error[not-translatable] at `{'a': 1}['a']`: this subscript cannot be translated
            only `p["name"]` with a parameter's name, and elements of lists, are known
        x > 1 and foo(y) and 1j
          error[unknown-function] at `foo`: the function `foo` is not known
            did you mean `bool`?
          error[bad-number] at `1j`: complex numbers are not known
            write a smaller, real number
    "#]].assert_eq(&shown(&texts));
}

#[test]
fn places_are_those_of_the_text() {
    let text = "é == 'ü' && tile_x * p[\"y\"] <= min(a, 7)";
    let read = restriction(text);
    let expr = read.expr.unwrap();
    let uses: Vec<(String, &str)> =
        spak_expr::name_uses(&expr).into_iter().map(|(name, at)| (name, at.slice(text))).collect();
    let expected = [("é", "é"), ("tile_x", "tile_x"), ("y", "p[\"y\"]"), ("a", "a")]
        .map(|(n, t)| (n.to_owned(), t));
    assert_eq!(uses, expected);
}

#[test]
fn any_depth_ends() {
    let units = [
        ("(", ")"),
        ("[", "]"),
        ("-", ""),
        ("not ", ""),
        ("f(", ")"),
        ("a+(", ")"),
        ("!", ""),
        ("1 if a else ", ""),
        ("a**", ""),
        ("lambda x: ", ""),
        ("a[", "]"),
        ("a.", ""),
        ("a + ", ""),
        ("a and (", ")"),
        ("f'{", "}'"),
        ("'", ""),
        ("\"\"\"", ""),
        ("{", ""),
        ("a < ", ""),
        ("x if a or b else ", ""),
        ("f'{f\"{", ""),
        ("\\\n", ""),
        ("a()", ""),
        ("a[1]", ""),
        ("[x for x in ", ""),
        ("*", ""),
        ("#", ""),
        ("'\n(", ""),
        ("a,", ""),
        ("a or ", ""),
        ("!(", ")"),
        ("&&", ""),
    ];
    for (open, close) in units {
        for count in [50, 300, 1000, 3000, 100_000] {
            let text = format!("{}1{}", open.repeat(count), close.repeat(count));
            let read = restriction(&text);
            assert_eq!(
                read.expr.is_none(),
                read.diagnostics.iter().any(|d| d.severity == spak_syntax::Severity::Error),
                "{open} {count}"
            );
            let _ = spak_exchange::python::values(&text);
        }
    }
}

#[test]
fn a_long_flat_restriction_is_read() {
    let text =
        (0..3000).map(|i| format!("(x == {i} and y != -{i})")).collect::<Vec<_>>().join(" or ");
    let expr = restriction(&text).expr.unwrap();
    assert_eq!(expr.children().len(), 3000);
}
