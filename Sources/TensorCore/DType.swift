/// What a tensor holds.
package enum DType: Sendable, Hashable { case float32, float64, int32, bool }
