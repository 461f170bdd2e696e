import Foundation
import Glibc

/// Why a test can't go on.
package struct TestFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

/// What a program left behind when it ended.
package struct Outcome {
  package let status: Int32
  package let output: String
  package let errors: String

  package init(status: Int32, output: String, errors: String) {
    self.status = status
    self.output = output
    self.errors = errors
  }
}

/// Runs a program to its end.
@discardableResult
package func run(_ arguments: [String], input: ChildProcess.Input = .none, seconds: Double = 20) throws -> Outcome {
  let child = try ChildProcess(arguments, input: input)
  let status = try child.wait(seconds: seconds)
  return Outcome(status: status, output: child.output, errors: child.errors)
}

/// Runs a program that has to succeed. Answers its standard output.
@discardableResult
package func runChecked(_ arguments: [String], seconds: Double = 20) throws -> String {
  let outcome = try run(arguments, seconds: seconds)
  guard outcome.status == 0 else {
    throw TestFailure("\(arguments.joined(separator: " ")): status \(outcome.status): \(outcome.errors)")
  }
  return outcome.output
}

/// Asks until there is an answer.
///
/// - Throws: when there is none within that many seconds; the message says what was waited for.
package func eventually<Answer>(within seconds: Double, _ what: String, _ answer: () throws -> Answer?) throws -> Answer
{
  let deadline = ContinuousClock.now + .seconds(seconds)
  while true {
    if let found = try answer() { return found }
    guard ContinuousClock.now < deadline else { throw TestFailure("not within \(seconds) s: \(what)") }
    usleep(5_000)
  }
}

/// A JSON text as dictionaries and arrays, for what other programs print.
package func jsonObject(_ text: String) throws -> Any {
  try JSONSerialization.jsonObject(with: Data(text.utf8))
}
