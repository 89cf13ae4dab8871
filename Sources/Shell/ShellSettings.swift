/// What `%set` changes of the shell itself.
struct ShellSettings {
  /// How many entries can be undone.
  var undo = 20
  /// How many values of entries are kept for `out[n]`.
  var outputs = 50
  /// Seconds from which the time of an entry is said unasked.
  var slow = 1.0
}
