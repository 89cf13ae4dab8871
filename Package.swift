// swift-tools-version: 6.1
import PackageDescription

// The rules for targets stand once, in the extension at the end; this list says only who may see whom.
let package = Package(
  name: "pmm",
  products: [.executable(name: "pmm", targets: ["pmm"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0")
  ],
  targets: [
    // language
    .module("Diagnostics"),
    .module("Syntax", uses: "Diagnostics"),
    .module("Semantics", uses: "Diagnostics", "Syntax"),
    // numbers
    .c("CKernels"),
    .library("CBLAS", pkgConfig: "openblas", debian: "libopenblas-dev"),
    .module("TensorCore", uses: "CKernels", "CBLAS"),
    .module("Autodiff", uses: "TensorCore", "CKernels"),
    .module("NamedTensors", uses: "Autodiff", "TensorCore"),
    .module("Training", uses: "Autodiff", "TensorCore", "CKernels"),
    // content and disk
    .library("CPNG", pkgConfig: "libpng", debian: "libpng-dev"),
    .library("CTurboJPEG", pkgConfig: "libturbojpeg", debian: "libturbojpeg0-dev"),
    .library("CHDF5", pkgConfig: "hdf5-serial", debian: "libhdf5-dev"),
    .library("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
    .module("Recommendation"),
    .module("TensorFiles", uses: "CKernels", "CZlib"),
    .module("Content", uses: "TensorFiles", "CPNG", "CTurboJPEG"),
    .module("Checkpoint", uses: "TensorFiles", "CHDF5", "CZlib"),
    // where the columns meet
    .module("Interpreter", uses: "Diagnostics", "Syntax", "Semantics", "NamedTensors", "Autodiff", "TensorCore"),
    .module(
      "Builtins",
      uses: "Diagnostics", "Syntax", "Semantics", "Interpreter", "NamedTensors", "Autodiff", "TensorCore", "Training",
      "Recommendation", "Content", "TensorFiles", "Checkpoint"),
    .target(
      name: "StandardLibrary", path: "stdlib", sources: ["StandardLibrary.swift"],
      resources: [
        "axes", "layers", "encoders", "fusion", "users", "losses", "pmmrec", "recommenders", "counting",
      ].map { .copy("\($0).pmm") },
      swiftSettings: .strict),
    // the terminal
    .library("CLibEdit", pkgConfig: "libedit", debian: "libedit-dev"),
    .module("LineEditing", uses: "CLibEdit"),
    // sessions
    .module(
      "Shell", uses: "Diagnostics", "Syntax", "Semantics", "Interpreter", "NamedTensors",
      "TensorCore"),
    .module("Report", uses: "Diagnostics", "Syntax", "Interpreter"),
    .module("Transcripts", uses: "Diagnostics", "Syntax", "Interpreter", "Shell"),
    .module(
      "Golden",
      uses: "Diagnostics", "Semantics", "Interpreter", "NamedTensors", "Autodiff", "TensorCore", "Training",
      "Recommendation", "TensorFiles", "Checkpoint", "Builtins", "Shell"),
    .executableTarget(
      name: "pmm",
      dependencies: [
        "Diagnostics", "Syntax", "Semantics", "Interpreter", "TensorCore", "TensorFiles", "Checkpoint", "Builtins",
        "StandardLibrary", "Shell", "LineEditing", "Report", "Transcripts", "Golden",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: .strict),
    // tests
    .testKit("TestKit"),
    .testKit(
      "LanguageKit",
      uses: "TestKit", "Diagnostics", "Syntax", "Interpreter", "Builtins", "StandardLibrary", "Shell", "Transcripts"),
    .tests("DiagnosticsTests", uses: "Diagnostics"),
    .tests("SyntaxTests", uses: "LanguageKit", "Syntax", "Diagnostics"),
    .tests("SemanticsTests", uses: "LanguageKit", "Diagnostics", "Syntax", "Semantics"),
    .tests("InterpreterTests", uses: "LanguageKit"),
    .tests(
      "BuiltinsTests", uses: "LanguageKit", "Transcripts", "Diagnostics", "Interpreter", "TensorFiles", "Checkpoint",
      "Recommendation",
      "TensorCore"),
    .tests("TranscriptTests", uses: "LanguageKit", "Transcripts", "Diagnostics", "Interpreter", "Builtins", "Shell"),
    .tests("ShellTests", uses: "LanguageKit", "Shell", "Interpreter", "Diagnostics"),
    .tests("RecommendationTests", uses: "Recommendation"),
    .tests("ContentTests", uses: "Content"),
    .tests("TensorFilesTests", uses: "TensorFiles"),
    .tests("CheckpointTests", uses: "TensorFiles", "Checkpoint"),
    .tests("LineEditingTests", uses: "LineEditing"),
    .tests("RepositoryTests", uses: "pmm", "Diagnostics", "Syntax"),
    .tests("TensorCoreTests", uses: "TensorCore", "CKernels"),
    .tests("NamedTensorsTests", uses: "NamedTensors", "Autodiff", "TensorCore"),
    .tests("TrainingTests", uses: "Training", "Autodiff", "TensorCore"),
    .tests("GoldenTests", uses: "Golden", "Builtins", "Interpreter", "Shell", "StandardLibrary", "TensorCore"),
    .tests("ProgramTests", uses: "pmm", "Checkpoint", "TensorFiles"),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c17
)

extension [SwiftSetting] {
  /// One strict list for every Swift target.
  static var strict: [SwiftSetting] {
    [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("InternalImportsByDefault"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ]
  }
}

extension Target {
  /// A Swift module in Sources/`name` that may import just the modules named.
  static func module(_ name: String, uses: String...) -> Target {
    .target(name: name, dependencies: uses.map { .byName(name: $0) }, swiftSettings: .strict)
  }

  /// What tests share; it lives beside them, and no product may use it.
  static func testKit(_ name: String, uses: String...) -> Target {
    .target(
      name: name, dependencies: uses.map { .byName(name: $0) }, path: "Tests/\(name)", swiftSettings: .strict)
  }

  /// Tests in Tests/`name`; fixtures are read from the source tree.
  static func tests(_ name: String, uses: String...) -> Target {
    .testTarget(name: name, dependencies: (uses + ["TestKit"]).map { .byName(name: $0) }, swiftSettings: .strict)
  }

  /// C sources in Sources/`name`, without dependencies.
  static func c(_ name: String) -> Target {
    .target(name: name)
  }

  /// A C library of the system, found by pkg-config and installed from Debian's package.
  static func library(_ name: String, pkgConfig: String, debian: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debian])])
  }
}
