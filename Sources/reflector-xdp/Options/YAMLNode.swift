import CYAML

/// A YAML document as libyaml reads it: what a file of options needs, so no anchors and no tags.
///
/// libyaml rather than a Swift package over it: those bring all of Foundation, and with it 40 MB of ICU
/// tables into every executable.
struct YAMLNode {
  indirect enum Content {
    case scalar(String)
    case sequence([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  let content: Content
  /// Counted from 1.
  let line: Int
  /// A scalar between quotes, or a block of text: always a text, whatever it looks like.
  var isQuoted = false

  /// Why a text is no YAML.
  struct Failure: Error {
    let why: String
    let line: Int
  }

  var scalar: String? {
    if case .scalar(let text) = content { text } else { nil }
  }

  /// YAML's word for nothing, and nothing itself.
  var isNull: Bool { !isQuoted && scalar.map { ["", "~", "null"].contains($0) } == true }

  /// The one document of a text; nil if there is nothing in it.
  static func document(in text: String) throws(Failure) -> YAMLNode? {
    // libyaml keeps pointers to the parser and to the text for as long as it parses.
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    defer { parser.deallocate() }
    guard yaml_parser_initialize(parser) == 1 else { throw Failure(why: "no memory for a parser", line: 0) }
    defer { yaml_parser_delete(parser) }
    let bytes = Array(text.utf8)
    return try bytes.withUnsafeBufferPointer { (bytes) throws(Failure) -> YAMLNode? in
      yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
      return try Reader(parser: parser).document()
    }
  }
}

/// Turns libyaml's events into nodes.
private struct Reader {
  /// A file of options has two levels; a hostile one must not exhaust the stack.
  private static let deepest = 8

  let parser: UnsafeMutablePointer<yaml_parser_t>

  private struct Event {
    let type: yaml_event_type_t
    let text: String
    let isQuoted: Bool
    let isMarked: Bool
    let line: Int
  }

  func document() throws(YAMLNode.Failure) -> YAMLNode? {
    while true {
      let event = try next()
      switch event.type {
      case YAML_STREAM_END_EVENT: return nil
      case YAML_DOCUMENT_START_EVENT:
        let node = try node(next(), depth: 0)
        try expectEnd()
        return node
      default: continue
      }
    }
  }

  /// A second document would be passed over without a word.
  private func expectEnd() throws(YAMLNode.Failure) {
    while true {
      let event = try next()
      if event.type == YAML_STREAM_END_EVENT { return }
      if event.type == YAML_DOCUMENT_START_EVENT {
        throw YAMLNode.Failure(why: "a second document begins: one is allowed", line: event.line)
      }
    }
  }

  private func node(_ event: Event, depth: Int) throws(YAMLNode.Failure) -> YAMLNode {
    guard depth < Self.deepest else { throw YAMLNode.Failure(why: "it is nested too deeply", line: event.line) }
    guard !event.isMarked else { throw Self.marked(event.line) }
    switch event.type {
    case YAML_SCALAR_EVENT:
      return YAMLNode(content: .scalar(event.text), line: event.line, isQuoted: event.isQuoted)
    case YAML_SEQUENCE_START_EVENT:
      var items: [YAMLNode] = []
      while let item = try element(depth) { items.append(item) }
      return YAMLNode(content: .sequence(items), line: event.line)
    case YAML_MAPPING_START_EVENT:
      var pairs: [(key: YAMLNode, value: YAMLNode)] = []
      while let key = try element(depth), let value = try element(depth) { pairs.append((key, value)) }
      return YAMLNode(content: .mapping(pairs), line: event.line)
    default: throw Self.marked(event.line)
    }
  }

  private static func marked(_ line: Int) -> YAMLNode.Failure {
    YAMLNode.Failure(why: "anchors, aliases and tags are not allowed", line: line)
  }

  /// The next part of a collection; nil at its end.
  private func element(_ depth: Int) throws(YAMLNode.Failure) -> YAMLNode? {
    let event = try next()
    if event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT { return nil }
    return try node(event, depth: depth + 1)
  }

  private func next() throws(YAMLNode.Failure) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else {
      let why = parser.pointee.problem.map { String(cString: $0) } ?? "it can't be parsed"
      throw YAMLNode.Failure(why: why, line: Int(parser.pointee.problem_mark.line) + 1)
    }
    defer { yaml_event_delete(&event) }
    let line = Int(event.start_mark.line) + 1
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
      return Event(
        type: event.type, text: text, isQuoted: scalar.style != YAML_PLAIN_SCALAR_STYLE,
        isMarked: scalar.anchor != nil || scalar.tag != nil, line: line)
    case YAML_SEQUENCE_START_EVENT:
      let start = event.data.sequence_start
      return Event(
        type: event.type, text: "", isQuoted: false, isMarked: start.anchor != nil || start.tag != nil, line: line)
    case YAML_MAPPING_START_EVENT:
      let start = event.data.mapping_start
      return Event(
        type: event.type, text: "", isQuoted: false, isMarked: start.anchor != nil || start.tag != nil, line: line)
    default: return Event(type: event.type, text: "", isQuoted: false, isMarked: false, line: line)
    }
  }
}
