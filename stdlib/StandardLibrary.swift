import Foundation

/// The files of the standard library, which travel with the program.
package enum StandardLibrary {
  /// Where the `.pmm` files stand; nil when the program was moved without them.
  package static var folder: String? {
    Bundle.module.resourcePath
  }
}
