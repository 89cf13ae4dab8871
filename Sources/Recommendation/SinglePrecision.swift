/// Numbers of double precision as ones of single precision in the same order: of two that differ the larger one is still
/// the larger, and equal ones are still equal.
///
/// Rounding alone would tie scores that differ in their last digits. Those are moved apart by the smallest steps there
/// are, so that a ranking is the one that double precision gives. A number that is none stays none.
package func singlePrecisionKeepingOrder(_ values: [Double]) -> [Float] {
  var result = values.map(Float.init)
  // Zeros, most of what counts hold, round to themselves, so they need not be sorted. Their place is that of one.
  var places = values.indices.filter { values[$0] != 0 && !values[$0].isNaN }
  if let zero = values.firstIndex(of: 0) { places.append(zero) }
  places.sort { values[$0] < values[$1] }
  for (before, place) in zip(places, places.dropFirst()) {
    if values[place] == values[before] {
      result[place] = result[before]
    } else if result[place] <= result[before] {
      result[place] = result[before].nextUp
    }
  }
  // Where numbers just below zero were moved past it, all zeros follow the one that took part.
  if let zero = values.firstIndex(of: 0), result[zero] != 0 {
    for place in values.indices where values[place] == 0 { result[place] = result[zero] }
  }
  return result
}
