/// What an op throws.
package struct TensorError: Error { package let message: String }
