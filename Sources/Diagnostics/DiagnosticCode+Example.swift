extension DiagnosticCode {
  /// A session that shows the message, replayed by the tests; empty for what a session cannot reach.
  package var example: String {
    switch self {
    case .syntax:
      """
      pmm> x = 1 +* 2
      error[syntax]: expected an expression, but `*` stands here
       --> pmm:1:8
        |
      1 | x = 1 +* 2
        |        ^
      """
    case .unclosedString:
      """
      pmm> title = "Toy Story
      error[unclosed-string]: this string is not closed on its line
       --> pmm:1:9
        |
      1 | title = "Toy Story
        |         ^^^^^^^^^^
        = try: " at its end
      """
    case .unknownName:
      """
      pmm> wdith = 3
      pmm> width + 1
      error[unknown-name]: nothing here is called `width`
       --> pmm:1:1
        |
      1 | width + 1
        | ^^^^^
        = try: wdith + 1
      """
    case .unknownKeyword:
      """
      pmm> from layers import Linear
      pmm> Linear(d(4), d(4), bais = false)
      error[unknown-keyword]: `Linear` has no keyword `bais`
       --> pmm:1:20
        |
      1 | Linear(d(4), d(4), bais = false)
        |                    ^^^^
        = try: Linear(d(4), d(4), bias = false)
      """
    case .unknownField:
      """
      pmm> r = {width: 3}
      pmm> r.widht
      error[unknown-field]: this record has no field `widht`
       --> pmm:1:3
        |
      1 | r.widht
        |   ^^^^^
        = try: r.width
      """
    case .boundTwice:
      """
      pmm> def count(n) {
      ...>   total = 0
      ...>   for i in 1..n { total = total + i }
      ...>   total
      ...> }
      error[bound-twice]: `total` is bound twice in one function
       --> pmm:3:19
        |
      2 |   total = 0
        |   ~~~~~ first here
      3 |   for i in 1..n { total = total + i }
        |                   ^^^^^ here again
        = try: var total = ... first, then total := ...
      """
    case .boundAxis:
      """
      pmm> step = 5
      error[bound-axis]: `step` is an axis here, so it cannot be bound to something else
       --> pmm:1:1
        |
      1 | step = 5
        | ^^^^
        = try: step_count = ...
        = try: axis step = ... to give it a size
      """
    case .unusedValue:
      """
      pmm> def f(x) {
      ...>   x + 1
      ...>   x * 2
      ...> }
      error[unused-value]: the value of this line is used by nothing
       --> pmm:2:3
        |
      2 |   x + 1
        |   ^^^^^
        = try: name = ...
        = try: an operator at the end of the line before, to go on with it
      """
    case .unusedBinding:
      """
      pmm> def f(x) {
      ...>   doubled = 2 * x
      ...>   x + 1
      ...> }
      warning[unused-binding]: `doubled` is bound here and never read
       --> pmm:2:3
        |
      2 |   doubled = 2 * x
        |   ^^^^^^^
        = try: _doubled = ... where that is meant
      """
    case .pipeTarget:
      """
      pmm> 3 |> 4
      error[pipe-target]: the right side of |> must be a name, a field, a call of one, or a lambda in parentheses
       --> pmm:1:6
        |
      1 | 3 |> 4
        |      ^
        = try: |> (x => ...)
      """
    case .wrongArguments:
      """
      pmm> from layers import Linear
      pmm> Linear(d(4))
      error[wrong-arguments]: `Linear` also needs `b`
       --> pmm:1:1
        |
      1 | Linear(d(4))
        | ^^^^^^
        = try: Linear(a, b, bias, init, act)
      """
    case .importFailed:
      """
      pmm> from layers import Liner
      error[import-failed]: module `layers` has no `Liner`
       --> pmm:1:20
        |
      1 | from layers import Liner
        |                    ^^^^^
        = try: from layers import Linear
      """
    case .wrongType:
      """
      pmm> 1 + "a"
      error[wrong-type]: `+` does not take the number 1 and the string "a"
       --> pmm:1:1
        |
      1 | 1 + "a"
        | ^
        |     ~~~
      """
    case .outOfRange:
      """
      pmm> [1, 2, 3][3]
      error[out-of-range]: this list has 3 elements, counted from 0, so none is 3
       --> pmm:1:11
        |
      1 | [1, 2, 3][3]
        |           ^
      """
    case .notBool:
      """
      pmm> if tensor([1.0, -1.0], [item]) > 0 { 1 }
      error[not-a-bool]: a condition must be one plain bool, not a tensor [item=2]
       --> pmm:1:4
        |
      1 | if tensor([1.0, -1.0], [item]) > 0 { 1 }
        |    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = try: where(condition, a, b) to choose entry by entry
      """
    case .overflow:
      """
      pmm> 9223372036854775807 + 1
      error[overflow]: 9223372036854775807 + 1 does not fit in 64 bits
       --> pmm:1:1
        |
      1 | 9223372036854775807 + 1
        | ^^^^^^^^^^^^^^^^^^^
        |                       ~
        = try: 9223372036854775807.0 to compute with floats
      """
    case .failed:
      """
      pmm> fail("no platform left")
      error[failed]: no platform left
       --> pmm:1:1
        |
      1 | fail("no platform left")
        | ^^^^^^^^^^^^^^^^^^^^^^^^
      """
    case .assertion:
      """
      pmm> assert(3 % 2 == 0, "heads must divide the width")
      error[assertion]: heads must divide the width
       --> pmm:1:1
        |
      1 | assert(3 % 2 == 0, "heads must divide the width")
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      """
    case .recursion:
      """
      pmm> def f(n) = f(n + 1)
      pmm> f(0)
      error[recursion]: calls are nested deeper than 400
       --> pmm:1:12
        |
      1 | def f(n) = f(n + 1)
        |            ^^^^^^^^
      """
    case .axisMismatch:
      """
      pmm> from layers import Linear
      pmm> l = Linear(d(4), item(3))
      pmm> l(full(1.0, [batch(2), d(5)]))
      error[axis-mismatch]: `x` of `forward` of Linear needs d=4, but gets d=5 in [batch=2, d=5]
       --> pmm:1:3
        |
      1 | l(full(1.0, [batch(2), d(5)]))
        |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^ d=5 in [batch=2, d=5]
        = try: l(full(1.0, [batch(2), d(4)]))
      """
    case .axisMissing:
      """
      pmm> b = full(1.0, [batch(4), d(8)])
      pmm> logsumexp(dot(b, b, over = d), over = rival)
      error[axis-missing]: `logsumexp` needs `rival`, but [batch=4] does not carry it
       --> pmm:1:11
        |
      1 | logsumexp(dot(b, b, over = d), over = rival)
        |           ^^^^^^^^^^^^^^^^^^^
        = try: logsumexp(dot(b, rename(b, batch, to = rival), over = d), over = rival)
      """
    case .axisDuplicate:
      """
      pmm> rename(full(1.0, [batch(2), d(3)]), batch, to = d)
      error[axis-duplicate]: `rename` to `d`, which [batch=2, d=3] carries already
       --> pmm:1:8
        |
      1 | rename(full(1.0, [batch(2), d(3)]), batch, to = d)
        |        ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      """
    case .axisUnsized:
      """
      pmm> full(1.0, [d])
      error[axis-unsized]: `full` needs a size of axis d
       --> pmm:1:1
        |
      1 | full(1.0, [d])
        | ^^^^^^^^^^^^^^
        = try: d(64)
        = try: axis d = 64
      """
    case .axesDiffer:
      """
      pmm> full(1.0, [batch(2)]) + full(1.0, [step(3)])
      error[axes-differ]: `+` needs one operand that carries all axes, but they are [batch=2] and [step=3]
       --> pmm:1:1
        |
      1 | full(1.0, [batch(2)]) + full(1.0, [step(3)])
        | ^^^^^^^^^^^^^^^^^^^^^
        |                         ~~~~~~~~~~~~~~~~~~~~
        = try: outer(a, b)
      """
    case .valueInShapeRun:
      """
      pmm> model Clipped() {
      ...>   def forward(x: [batch]) = if x > 0 { x } else { -x }
      ...> }
      pmm> Clipped()
      error[value-in-shape-run]: a condition must be one plain bool, not a tensor [batch]
       --> pmm:2:32
        |
      2 |   def forward(x: [batch]) = if x > 0 { x } else { -x }
        |                                ^^^^^
        = try: where(condition, a, b) to choose entry by entry
      """
    case .absentBranch:
      """
      pmm> from pmmrec import PMMRec
      pmm> lite = PMMRec() without vision
      note: PMMRec: dropped as well, since nothing reaches it: fusion
      pmm> lite.vision(1) + 1
      error[absent-branch]: an operator reads the part `vision`, which was dropped
       --> pmm:1:1
        |
      1 | lite.vision(1) + 1
        | ^^^^^^^^^^^^^^ absent here
       --> pmm:1:25
        |
      1 | lite = PMMRec() without vision
        |                         ^^^^^^ dropped here
      """
    case .unknownPart:
      """
      pmm> from pmmrec import PMMRec
      pmm> freeze(PMMRec(), .text.embd)
      error[unknown-part]: the path .text.embd matches nothing in PMMRec
       --> pmm:1:18
        |
      1 | freeze(PMMRec(), .text.embd)
        |                  ^^^^^^^^^^
        = try: .text.embed
      """
    case .partMismatch:
      """
      pmm> from pmmrec import PMMRec
      pmm> PMMRec() with {.user.position: full(1.0, [d(32)])}
      error[part-mismatch]: the parameter `user.position` is [place=10, d=32], and the tensor is [d=32]
       --> pmm:1:15
        |
      1 | PMMRec() with {.user.position: full(1.0, [d(32)])}
        |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      """
    case .partTwice:
      """
      pmm> from layers import Linear
      pmm> l = Linear(d(2), d(2))
      pmm> model Tied() {
      ...>   part a = l
      ...>   part b = l
      ...>   def forward(x: [batch, d = 2]) = x |> a |> b
      ...> }
      pmm> Tied()
      error[part-twice]: one parameter stands at `a.weight` and at `b.weight`
       --> pmm:1:1
        |
      1 | Tied()
        | ^^^^^^
        = try: pass it in the call instead of placing it twice
      """
    case .partDangling:
      """
      pmm> from pmmrec import PMMRec
      pmm> PMMRec() without {text, vision}
      error[part-dangling]: without `text` and `vision` nothing is left of the method `forward` of PMMRec
       --> pmm:1:1
        |
      1 | PMMRec() without {text, vision}
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        = try: keep one branch
      """
    case .lossForm:
      """
      pmm> from losses import dap
      pmm> dap(1)
      error[loss-form]: the loss `dap` takes a model and a batch, or keywords only
       --> pmm:1:1
        |
      1 | dap(1)
        | ^^^
        = try: dap(m, x)
        = try: dap()
      """
    case .data:
      """
      pmm> dataset("no/such/folder")
      error[data]: there is no folder no/such/folder
       --> pmm:1:9
        |
      1 | dataset("no/such/folder")
        |         ^^^^^^^^^^^^^^^^
      """
    case .file:
      """
      pmm> open("no-such.h5")
      error[file]: cannot open no-such.h5: No such file or directory
       --> pmm:1:6
        |
      1 | open("no-such.h5")
        |      ^^^^^^^^^^^^
      """
    case .memory:
      """
      pmm> full(1.0, [batch(2000000000), d(2000000000)])
      error[memory]: `full`: [batch=2000000000, d=2000000000] has too many numbers
       --> pmm:1:1
        |
      1 | full(1.0, [batch(2000000000), d(2000000000)])
        | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      """
    case .tooDeep, .unknownOption, .importCycle, .dataMismatch, .notFinite, .interrupted, .inside: ""
    }
  }
}
