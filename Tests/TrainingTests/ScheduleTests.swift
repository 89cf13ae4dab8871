import Testing
import Training

@Suite struct ScheduleTests {
  @Test func aConstantRateStays() {
    let schedule = Schedule(.constant)
    #expect((0..<10).allSatisfy { schedule.factor(step: $0, of: 10) == 1 })
  }

  @Test func warmupRisesToTheRate() {
    let schedule = Schedule(.constant, warmup: 3)
    #expect((0..<5).map { schedule.factor(step: $0, of: 10) } == [0.25, 0.5, 0.75, 1, 1])
  }

  @Test func linearFallsToZeroAtTheEnd() {
    let schedule = Schedule(.linear)
    #expect((0..<4).map { schedule.factor(step: $0, of: 4) } == [1, 0.75, 0.5, 0.25])
    #expect(schedule.factor(step: 9, of: 4) == 0, "a step past the end does not climb again")
  }

  @Test func cosineIsHalfWayDownInTheMiddle() {
    let schedule = Schedule(.cosine, warmup: 2)
    #expect(schedule.factor(step: 2, of: 10) == 1)
    #expect(abs(schedule.factor(step: 6, of: 10) - 0.5) < 1e-12)
    let falling = (2..<10).map { schedule.factor(step: $0, of: 10) }
    #expect(zip(falling, falling.dropFirst()).allSatisfy { $0 > $1 })
  }

  @Test(arguments: Schedule.Shape.allCases) func aWarmupLongerThanTheTrainingIsNoTrap(_ shape: Schedule.Shape) {
    for warmup in [100, Int.max] {
      let factor = Schedule(shape, warmup: warmup).factor(step: 9, of: 10)
      #expect(factor > 0 && factor < 1)
    }
  }
}
