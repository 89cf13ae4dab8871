/// How a platform draws: c2 is a shape, c1 its colour, y its texture, and the background is the platform's kind.
struct WorldImages {
  private typealias Color = (red: Double, green: Double, blue: Double)
  private static let hues: [Color] = [(0.90, 0.20, 0.20), (0.20, 0.75, 0.25), (0.20, 0.35, 0.90), (0.90, 0.75, 0.15)]

  /// Bytes of one image.
  var bytes: Int { size * size * 3 }
  private let size: Int
  private let kind: WorldPlatform.Kind
  /// The hue of each c1.
  private let hueOf: [Int]

  init(_ platform: WorldPlatform, seed: UInt64, settings: WorldSettings) {
    size = settings.imageSize
    kind = platform.kind
    var random = WorldRandom(seed: seed, platform: "", stream: "hues")
    var order = [0, 1, 2, 3]
    if settings.separatesDialects, !platform.isSource {
      // A permutation that leaves no hue as it was, so that none of the sources' colours keeps its meaning.
      repeat { order = random.permutation(4) } while order.indices.contains { order[$0] == $0 }
    }
    hueOf = order
  }

  /// Draws one item into `pixels`, [row, column, channel], from `start` on.
  func draw(_ item: WorldFactors, _ random: inout WorldRandom, into pixels: inout [UInt8], at start: Int) {
    let blocks = kind == .video ? (0..<36 * 3).map { _ in 0.2 + 0.6 * random.uniform() } : []
    let hue = Self.hues[hueOf[item.c1]]
    let color = [hue.red, hue.green, hue.blue].map { $0 + 0.08 * random.normal() }
    // 7 to 9 on 24 pixels.
    let half = size * 7 / 24 + random.integer(3)
    let (centerRow, centerColumn) = (
      half + random.integer(max(1, size - 2 * half)), half + random.integer(max(1, size - 2 * half))
    )
    let (phase, otherPhase) = (random.integer(4), random.integer(4))
    var at = start
    for row in 0..<size {
      for column in 0..<size {
        let inside = Self.covers(item.c2, row - centerRow, column - centerColumn, half)
        let light = Self.isLight(item.y, row + phase, column + otherPhase) ? 1.0 : 0.55
        for channel in 0..<3 {
          let value: Double
          if inside {
            value = color[channel] * light
          } else if kind == .shop {
            value = 0.95 + 0.02 * random.normal()
          } else {
            value = blocks[(row * 6 / size * 6 + column * 6 / size) * 3 + channel] + 0.05 * random.normal()
          }
          pixels[at] = UInt8(min(max(value * 255, 0), 255).rounded())
          at += 1
        }
      }
    }
  }

  /// Whether a shape covers a pixel: 0 disc, 1 square, 2 cross, 3 ring.
  private static func covers(_ shape: Int, _ down: Int, _ right: Int, _ half: Int) -> Bool {
    let square = down * down + right * right
    let isNear = abs(down) <= half && abs(right) <= half
    return switch shape {
    case 0: square <= half * half
    case 1: isNear
    case 2: isNear && (3 * abs(down) <= half || 3 * abs(right) <= half)
    default: square <= half * half && 4 * square >= half * half
    }
  }

  /// Textures of period 4: 0 horizontal stripes, 1 vertical stripes, 2 checker.
  private static func isLight(_ texture: Int, _ row: Int, _ column: Int) -> Bool {
    switch texture {
    case 0: row % 4 < 2
    case 1: column % 4 < 2
    default: (row / 2 + column / 2) % 2 == 0
    }
  }
}
