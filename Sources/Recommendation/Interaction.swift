/// One event.
package struct Interaction { package let user: Int; package let item: Int; package init(user: Int, item: Int) { self.user = user; self.item = item } }
