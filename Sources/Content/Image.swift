/// Decoded pixels.
package struct Image { package let width: Int; package init(width: Int) { self.width = width } }
