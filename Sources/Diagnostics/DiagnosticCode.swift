/// The stable name of a kind of mistake: the same in `error[...]`, in `catch e { e.code }` and in `pmm help CODE`.
package enum DiagnosticCode: String, Sendable, CaseIterable {
  // text
  case syntax
  case unclosedString = "unclosed-string"
  case tooDeep = "too-deep"
  // names
  case unknownName = "unknown-name"
  case unknownKeyword = "unknown-keyword"
  case unknownField = "unknown-field"
  case unknownOption = "unknown-option"
  case boundTwice = "bound-twice"
  case boundAxis = "bound-axis"
  case unusedValue = "unused-value"
  case unusedBinding = "unused-binding"
  case pipeTarget = "pipe-target"
  case wrongArguments = "wrong-arguments"
  case importFailed = "import-failed"
  case importCycle = "import-cycle"
  // values
  case wrongType = "wrong-type"
  case outOfRange = "out-of-range"
  case notBool = "not-a-bool"
  case overflow
  case failed
  case assertion
  case recursion
  // tensors
  case axisMismatch = "axis-mismatch"
  case axisMissing = "axis-missing"
  case axisDuplicate = "axis-duplicate"
  case axisUnsized = "axis-unsized"
  case axesDiffer = "axes-differ"
  case valueInShapeRun = "value-in-shape-run"
  // models
  case absentBranch = "absent-branch"
  case unknownPart = "unknown-part"
  case partMismatch = "part-mismatch"
  case partTwice = "part-twice"
  case partDangling = "part-dangling"
  case lossForm = "loss-form"
  // data, training, files
  case data
  case dataMismatch = "data-mismatch"
  case notFinite = "not-finite"
  case file
  case memory
  case interrupted
  case inside = "internal-error"

  /// One sentence on what the code means.
  package var meaning: String {
    switch self {
    case .syntax: "The text does not follow the grammar."
    case .unclosedString: "A string must be closed on the line on which it begins."
    case .tooDeep: "Brackets or blocks are nested deeper than the parser allows."
    case .unknownName: "A name is used that nothing binds here."
    case .unknownKeyword: "A call uses a keyword that the callee does not have."
    case .unknownField: "A value has no field of this name."
    case .unknownOption: "`--set` names an option that the script does not declare."
    case .boundTwice: "A name is bound twice in one function or model."
    case .boundAxis: "A name that is a visible axis may not be bound to something else."
    case .unusedValue: "A statement computes a value that nothing uses."
    case .unusedBinding: "A function binds a name that nothing reads."
    case .pipeTarget: "The right side of |> must be a name, a field, a call of one, or a lambda in parentheses."
    case .wrongArguments: "A call has too many arguments, too few, or one of them twice."
    case .importFailed: "A module cannot be found or does not export the name."
    case .importCycle: "Modules import each other in a circle."
    case .wrongType: "A value is of another type than is wanted here."
    case .outOfRange: "An index or a number is outside of what is allowed."
    case .notBool: "A condition must be one plain bool."
    case .overflow: "A whole number is too large."
    case .failed: "The script called fail."
    case .assertion: "A condition given to assert is false."
    case .recursion: "Functions call each other too deeply."
    case .axisMismatch: "Two tensors that share an axis disagree in its size."
    case .axisMissing: "A tensor lacks an axis that the operation works over."
    case .axisDuplicate: "An axis would occur twice in one tensor."
    case .axisUnsized: "An axis has no size where one is needed."
    case .axesDiffer: "Neither operand's axes contain the other's."
    case .valueInShapeRun: "The value of a tensor is asked for where only shapes are known."
    case .absentBranch: "A part that was dropped with `without` is used."
    case .unknownPart: "A model has no part at this path."
    case .partMismatch: "A part does not fit the model that it is put into."
    case .partTwice: "One parameter would stand at two paths of a model."
    case .partDangling: "An edit leaves a model without its main methods."
    case .lossForm: "A loss takes a model and a batch, or keywords only."
    case .data: "Data on disk are missing or malformed."
    case .dataMismatch: "Model and data disagree in a size or a field."
    case .notFinite: "A loss became infinite or not a number."
    case .file: "A file cannot be read or written."
    case .memory: "There is not enough memory."
    case .interrupted: "The run was interrupted."
    case .inside: "A contradiction inside pmm: please report it."
    }
  }
}
