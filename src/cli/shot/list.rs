//! Lists of pictures: a text file whose lines are arguments of `geoul shot`.

use std::path::Path;

use anyhow::{Context, bail};
use clap::Parser;

use super::Look;

/// A line.
#[derive(Debug, Parser)]
#[command(no_binary_name = true, disable_help_flag = true)]
struct Line {
    #[command(flatten)]
    look: Look,
}

/// The words of a line: parts between blanks; double quotes hold blanks together.
fn words(line: &str) -> Result<Vec<String>, &'static str> {
    let mut all = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            '#' if !quoted && word.is_none() => break,
            c if c.is_whitespace() && !quoted => all.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    if quoted {
        return Err("a quote is not closed");
    }
    Ok(all)
}

/// Reads a list. Files are written beside it, or into `into`; `only` picks by their names.
///
/// # Errors
/// The file cannot be read, or a line is no call of `geoul shot`.
pub fn read(path: &Path, into: Option<&Path>, only: Option<&str>) -> anyhow::Result<Vec<Look>> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let folder = into.unwrap_or(beside);
    std::fs::create_dir_all(if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    })
    .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let mut looks = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let words = match words(line) {
            Ok(words) if words.is_empty() => continue,
            Ok(words) => words,
            Err(why) => bail!("{shown}:{number}: {why}"),
        };
        let mut look = Line::try_parse_from(words)
            .map_err(|e| anyhow::anyhow!("{shown}:{number}: {e}"))?
            .look;
        let name = look.output.to_string_lossy();
        if only.is_none_or(|part| name.contains(part)) {
            look.output = folder.join(&look.output);
            looks.push(look);
        }
    }
    Ok(looks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_line() {
        let read = |line| words(line).unwrap();
        assert_eq!(
            read("a  --set \"x.y=3 d\" # rest"),
            ["a", "--set", "x.y=3 d"]
        );
        assert_eq!(read("a#b \"\""), ["a#b", ""]);
        assert!(read("  # only a remark").is_empty());
        assert!(words("a \"b").is_err());
    }
}
