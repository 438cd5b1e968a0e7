//! docs/SCENES.md, made from the tables of the records.

/// The reference of the scene form in Markdown: introduction, trade words, every record.
pub fn reference_markdown() -> String {
    String::new()
}
