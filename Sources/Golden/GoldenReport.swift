import Checkpoint
package import Interpreter
import Recommendation
import TensorCore
import Training

/// Compares everything that a folder of reference values holds, a line a group.
package struct GoldenReport {
  let machine: () throws -> Machine
  let output: (String) -> Void

  package init(machine: @escaping () throws -> Machine, output: @escaping (String) -> Void) {
    self.machine = machine
    self.output = output
  }

  /// Float64 must agree to 1e-9 of the largest reference, float32 to 2e-5.
  static var tolerance: Double { Precision.active == .double ? 1e-9 : 2e-5 }

  /// Prints a line a group; true when all pass.
  package func run(folder: String, allowsMissing: Bool) throws -> Bool {
    let base = folder.hasSuffix("/") ? folder : folder + "/"
    var findings: [GoldenFinding] = []
    let layers = try HDF5Reader.read(path: base + "layers.h5")
    for (name, group) in layers.groups.sorted(by: { $0.key < $1.key }) {
      if name == "optimiser" {
        for (kind, group) in group.groups.sorted(by: { $0.key < $1.key }) {
          add(GoldenOptimisers.compare(kind, group), &findings)
        }
      } else if name == "ranking" {
        add(GoldenRanking.compare(group), &findings)
      } else if name == "clip_global_norm" {
        add(GoldenOptimisers.compareClip(group), &findings)
      } else if let one = GoldenCase.layers.first(where: { $0.group == name }) {
        add(GoldenComparison(machine: try machine()).compare(one, group), &findings)
      } else {
        add(GoldenFinding(group: name, isMissing: true), &findings)
      }
    }
    let losses = try HDF5Reader.read(path: base + "losses.h5")
    for (batch, group) in losses.groups.sorted(by: { $0.key < $1.key }) {
      for finding in GoldenLosses(machine: try machine()).compare(batch, group) { add(finding, &findings) }
    }
    let failed = findings.filter { !$0.passes(Self.tolerance) && !($0.isMissing && allowsMissing) }
    let missing = findings.filter(\.isMissing).count
    let precision = Precision.active == .double ? "float64" : "float32"
    output(
      "\(findings.count) groups in \(precision), tolerance \(Self.tolerance): "
        + "\(failed.count) failed, \(missing) not yet"
    )
    return failed.isEmpty
  }

  private func add(_ finding: GoldenFinding, _ findings: inout [GoldenFinding]) {
    output(finding.line(Self.tolerance))
    findings.append(finding)
  }
}
