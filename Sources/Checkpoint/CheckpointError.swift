/// A failure of a checkpoint.
package struct CheckpointError: Error { package let message: String }
