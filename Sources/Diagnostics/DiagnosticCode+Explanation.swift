extension DiagnosticCode {
  /// More than one sentence: why it is so, and how such a mistake is mended.
  package var explanation: String {
    switch self {
    case .syntax:
      """
      Parsing goes on at the next line, so several mistakes are shown at once; nothing of a text with such a mistake \
      runs. A line that begins with `-`, `(` or `[` is a statement of its own: put the operator at the end of the line \
      before it to go on.
      """
    case .unclosedString:
      """
      A string ends on its own line. Longer texts are put together with `+`, or hold `\\n`.
      """
    case .tooDeep:
      """
      The parser counts open brackets, blocks and operators, because a program that is nested without end would \
      exhaust its memory. Nothing that a person writes comes near the limit.
      """
    case .unknownName:
      """
      Names are bound before anything runs: by `=`, `def`, `model`, `loss`, `axis`, `import`, or as a parameter. Axes \
      are names too, so a misspelt axis is found here and does not become a new axis.
      """
    case .unknownKeyword:
      """
      A keyword that the callee does not have is always an error, because a setting that is silently ignored spoils an \
      experiment.
      """
    case .unknownField:
      """
      Records, models, data sets, runs and tables have fields by name; a module's parts, methods, axes and parameters \
      are its fields.
      """
    case .unknownOption:
      """
      A script declares with `option(name, default, text)` what `--set NAME=VALUE` may set. Any other name is an \
      error, so that a misspelt setting does not run for an hour with its default.
      """
    case .boundTwice:
      """
      Inside a function or a model a name means one thing. A name that changes is declared with `var` and updated with \
      `:=`; at the top level a name may be bound again.
      """
    case .boundAxis:
      """
      An axis is known by its declaration, not by its spelling, so a name that is an axis here cannot be anything \
      else. `axis d = 64` gives the axis a size.
      """
    case .unusedValue:
      """
      A line in the middle of a block that only has a value does nothing. Most often an operator is missing at the end \
      of the line before.
      """
    case .unusedBinding:
      """
      A warning: a name that a function binds and nothing reads is most likely misspelt somewhere. A name that begins \
      with `_` is not looked at.
      """
    case .pipeTarget:
      """
      `a |> f(b)` means `f(a, b)`. So that this can be seen at a glance, the right side is a name, a field of one, a \
      call of such a thing, or a lambda in parentheses.
      """
    case .wrongArguments:
      """
      Arguments are given by position, then by name; each parameter without a default needs one.
      """
    case .importFailed:
      """
      `from a.b import c` reads a/b.pmm beside the file, then in the current folder, then in the standard library. \
      Names that begin with `_` stay inside their file.
      """
    case .importCycle:
      """
      A module is evaluated whole before anything of it is used, so two modules cannot import each other. Move what \
      both need into a third one.
      """
    case .wrongType:
      """
      No value is converted silently, but for whole numbers beside floats. The message says what is wanted and what \
      was given.
      """
    case .outOfRange:
      """
      Indices count from 0; -1 is the last. Sizes, ranks and counts have limits that the message names.
      """
    case .notBool:
      """
      `if`, `while` and `assert` need one plain bool. A tensor has many: choose entry by entry with `where`.
      """
    case .overflow:
      """
      Whole numbers have 64 bits; a result that does not fit is an error and never wraps around.
      """
    case .failed:
      """
      A script ends itself with `fail(text)`; `try { } catch e { }` catches it like any other error.
      """
    case .assertion:
      """
      `assert(condition, text)` states what must hold; in a model it is checked when the model is made.
      """
    case .recursion:
      """
      Calls are counted, because a stack that overflows would end the program. A recursion that has no end is the \
      usual cause.
      """
    case .axisMismatch:
      """
      Two tensors that share an axis must agree in its size. Both sizes are shown with the place where each came from; \
      the edit that is offered changes one of them.
      """
    case .axisMissing:
      """
      An operation works over axes by name, and this tensor does not carry one of them. In a contrast of everything \
      with everything one axis needs a second name: `dot(a, rename(b, batch, to = rival), over = d)`.
      """
    case .axisDuplicate:
      """
      A tensor has no axis twice. A square weight has an axis of its own for its output, renamed after the product.
      """
    case .axisUnsized:
      """
      A size is needed here, and the axis has none: say `d(64)` at the prompt, `axis d = 64` in a model.
      """
    case .axesDiffer:
      """
      Elementwise operations align by name: one operand must carry all axes of the other. So [batch] + [step] is an \
      error and no matrix by accident; `outer(a, b)` makes the matrix.
      """
    case .valueInShapeRun:
      """
      A model runs on shapes before it runs on numbers, so its methods cannot branch on the value of a tensor. \
      Settings are plain values and may be branched on.
      """
    case .absentBranch:
      """
      What `without` dropped is absent; only `fuse` goes on without it. A loss that reads a dropped branch is taken \
      out of the goal: `goal without nicl`.
      """
    case .unknownPart:
      """
      Parts and parameters are named by the path that the model prints. A path that never was is an error; a path to a \
      part that was dropped is allowed, so that one `freeze` serves all settings of a comparison.
      """
    case .partMismatch:
      """
      What replaces a parameter has its axes and sizes; the numbers of a file are those of the model that the file \
      describes.
      """
    case .partTwice:
      """
      A parameter has one path in a model, so that `freeze`, checkpoints and reports mean the same thing. To tie two \
      places, use one part in both methods.
      """
    case .partDangling:
      """
      An edit may drop branches as long as `forward`, `items` and `users` still have something to compute.
      """
    case .lossForm:
      """
      With keywords only a loss is a term of a goal; with a model and a batch it is a number. One positional argument \
      is neither.
      """
    case .data:
      """
      Files of data are checked as they are read; the message names file and line. What can be worked around, such as \
      an event of an unknown item, is counted and shown as a warning.
      """
    case .dataMismatch:
      """
      `train` and `check` run the model and every term of the goal on the shapes of the data first. Fields that a \
      model reads must be there, and sizes such as the words of an item must agree.
      """
    case .notFinite:
      """
      The step, the term and the last good model are named. A smaller learning rate, `clip = 1.0`, or a temperature \
      that is not so small are the usual remedies.
      """
    case .file:
      """
      A file that is missing, of another kind or damaged; a folder that cannot be written; a full disk. A save that \
      fails leaves the old file as it was.
      """
    case .memory:
      """
      Asked for more than the limit or the machine allows. Sizes are counted before memory is taken, so nothing is lost. \
      `memory()` tells what tensors hold; the limit is nine tenths of the machine's memory, or what the variable \
      PMM_MEMORY or `memory(limit = "8 GiB")` says.
      """
    case .interrupted:
      """
      Ctrl-C stops the work in hand. A training keeps its best model: at the prompt as its result, in a script beside \
      the script's outputs.
      """
    case .inside:
      """
      Something inside contradicts itself. Nothing that you wrote should lead here: please report it with the script \
      that shows it.
      """
    }
  }
}
