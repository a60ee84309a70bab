

// A comment before anything
# and one with a hash

system Odd /* why not */ { // behind the brace
    // first inside

    key /* between */ : /* and here */ "value" // behind
    list: [ // behind the bracket
        1, /* inside */ 2,

        // alone in the list
        3
        // last in the list
    ] // behind the list
    block { // behind its brace
    } // behind its end

    section: // behind the colon
        first line // behind the line

        // between the lines
        second: 2

            // deeper than it should be
        third
    // at the level of the section

    after: true
    prose with a 'single quote and a lone ( parenthesis
    it's 5 o'clock: don't panic
    a sentence with "quotes" in it, and a comma; and a semicolon
    braces in prose: use '{' and '}' with care
    smiley :) and :( in prose
    arrows -> => <- ← → ⇒ ≤ ≥
    a.b.c: 1
    a-b-c: 2
    "quoted key": 3
    'single key': 4
    key with several words here: prose, most likely
    `code`: `x = {1}`
    1: one
    2b: two
    $var: 5
    x[0]: 6
    f(x): 7
    {{name}}: 8
    template: {{name}}
    text_template: prefix-{{a.b}}-suffix
    url http://example.org//double and ftp://x
    email: someone@example.org
    hash: abc#def
    issue: see #12
    empty: ""
    long: """one line"""
    long2: """

        indented
          more
    """
    multi: "first line
            second line"
    trailing_comma: 1,
    trailing_semicolon: 2;
    both: 3,;
    ...
    …
    --
    ---
    end
}

// after everything
/* the very last */
