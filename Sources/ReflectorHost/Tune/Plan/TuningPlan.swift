internal import LinuxSystem
internal import XDPControl

/// What is to be set so that a reflector runs well, and why: the survey in, values out.
///
/// Only what the device has, and may be changed. Applied once, a second plan from a new survey has no changes.
package struct TuningPlan: Hashable, Sendable {
  /// A setting, as it is and as it is to be.
  package struct Step: Hashable, Sendable {
    package let setting: Setting
    /// As much of the value as `new` changes.
    package let old: SettingValue
    package let new: SettingValue
    package let why: String

    /// Nothing to do.
    package var isMet: Bool { new.isMet(by: old) }
  }

  /// In the order of setting, also those that are as they should be.
  package let steps: [Step]
  /// What the user should know and no step says.
  package let notes: [String]
  /// Queues with a worker once the plan is applied, and the CPU of each.
  package let workers: [Worker]
  /// CPUs for the workers, in turn.
  package let cpus: [Int]

  package struct Worker: Hashable, Sendable {
    package let queue: Int
    package let cpu: Int
  }

  package var changes: [Step] { steps.filter { !$0.isMet } }

  package init(_ survey: HostSurvey, _ request: TuningRequest) {
    var draft = Draft(survey, request)
    draft.planDevice()
    draft.planQueues()
    draft.planInterrupts()
    draft.planHost()
    steps = draft.steps.sorted { $0.setting.rank < $1.setting.rank }
    notes = draft.notes
    workers = draft.workers
    cpus = draft.channels.cpus
  }

  /// A plan in the making.
  struct Draft {
    let survey: HostSurvey
    let request: TuningRequest
    var steps: [Step] = []
    var notes: [String] = []
    let channels: ChannelPlan
    let workers: [Worker]

    init(_ survey: HostSurvey, _ request: TuningRequest) {
      self.survey = survey
      self.request = request
      channels = ChannelPlan(survey, request)
      let cpus = channels.cpus
      workers = channels.workerQueues.enumerated().map { index, queue in
        Worker(queue: queue, cpu: cpus[index % cpus.count])
      }
      notes += channels.notes
    }

    /// Adds a step, where the device has such a thing and the user wants it set.
    mutating func want(_ setting: Setting, _ new: SettingValue, _ why: String) {
      guard includes(setting.group), let now = survey.value(of: setting) else { return }
      steps.append(Step(setting: setting, old: new.counterpart(in: now), new: new, why: why))
    }

    func includes(_ group: Setting.Group) -> Bool {
      request.includes(group, isVirtualDevice: survey.isVirtualDevice)
    }
  }
}
