//! Files that appear whole or not at all.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::WriteError;

/// A file under a temporary name; [`AtomicFile::commit`] gives it its own. Dropped
/// without that, it vanishes and whatever stood under the name stays.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<BufWriter<File>>,
}

impl AtomicFile {
    /// Starts a file that will stand at `path`.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn create(path: &Path) -> Result<Self, WriteError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".tmp");
        let temporary = PathBuf::from(name);
        let file = File::create(&temporary).map_err(|source| io(&temporary, source))?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            file: Some(BufWriter::new(file)),
        })
    }

    /// Ends the file and gives it its name.
    ///
    /// # Errors
    /// The rest cannot be written or the name not be given.
    pub fn commit(mut self) -> Result<(), WriteError> {
        if let Some(mut file) = self.file.take() {
            let moved = file
                .flush()
                .and_then(|()| file.get_ref().sync_data())
                .and_then(|()| std::fs::rename(&self.temporary, &self.path));
            if let Err(source) = moved {
                // Nothing more can be done for the remains.
                let _ = std::fs::remove_file(&self.temporary);
                return Err(io(&self.path, source));
            }
        }
        Ok(())
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.as_mut().map_or(Ok(0), |f| f.write(bytes))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // The file is abandoned; if even its removal fails there is no one to tell.
            let _ = std::fs::remove_file(&self.temporary);
        }
    }
}

/// Writes a whole file at once, or leaves the one that stands there.
///
/// # Errors
/// The file cannot be written.
pub fn atomically(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(|source| io(path, source))?;
    file.commit()
}

fn io(path: &Path, source: std::io::Error) -> WriteError {
    WriteError::Io {
        path: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abandoned_file_leaves_the_old_one() {
        let dir = std::env::temp_dir().join(format!("geoul-atomic-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let path = dir.join("a.txt");
        atomically(&path, b"first").unwrap();
        let mut half = AtomicFile::create(&path).unwrap();
        half.write_all(b"sec").unwrap();
        half.flush().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        drop(half);
        assert_eq!(std::fs::read(&path).unwrap(), b"first");
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1);
        atomically(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        let missing = atomically(&dir.join("no/such/b.txt"), b"").unwrap_err();
        assert!(missing.to_string().contains("b.txt"));
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
