//! The text of a kernel: parts joined, read by naga, compared with the table.
//!
//! Faults are shown at the file and line of the part they stand in, though the compiler sees one text.

use core::fmt::Write;
use core::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic, Label};
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term;
use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, ScalarKind, ShaderStage, StorageAccess, TypeInner, VectorSize};
use thiserror::Error;

use crate::gpu::kernel::{Cell, Kernel, Part, Role};

/// A fault of a shader, ready to be read: `path:line: message`, then the lines themselves.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct ShaderFault(pub String);

/// A kernel's parts as one text.
#[derive(Clone, Debug)]
pub struct Source {
    parts: Vec<(String, Range<usize>)>,
    /// The joined text.
    pub text: String,
}

/// A checked kernel: what it binds, reflected from the WGSL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reflection {
    /// Binding of the uniform record, if the kernel has one.
    pub record: Option<u32>,
    /// Binding and access (`true`: writes) of each buffer, in the order of the table.
    pub slots: Vec<(u32, bool)>,
}

impl Source {
    /// Of a kernel: its shared parts, then its own text.
    pub fn of(kernel: &Kernel) -> Self {
        let parts: Vec<Part> = kernel
            .parts
            .iter()
            .copied()
            .chain([kernel.source])
            .collect();
        Self::join(parts.iter().map(|p| (p.path, p.text)))
    }

    /// Of pieces with their paths.
    pub fn join<'a>(pieces: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let (mut parts, mut text) = (Vec::new(), String::new());
        for (path, piece) in pieces {
            let start = text.len();
            text.push_str(piece);
            if !piece.ends_with('\n') {
                text.push('\n');
            }
            parts.push((path.to_owned(), start..text.len()));
        }
        Self { parts, text }
    }

    /// The same with bytes `at` replaced.
    pub fn edited(&self, at: Range<usize>, with: &str) -> Self {
        let pieces = self.parts.iter().map(|(path, range)| {
            let mut piece = self.text[range.clone()].to_owned();
            if range.start <= at.start && at.end <= range.end {
                piece.replace_range(at.start - range.start..at.end - range.start, with);
            }
            (path.clone(), piece)
        });
        let pieces: Vec<(String, String)> = pieces.collect();
        Self::join(pieces.iter().map(|(p, t)| (p.as_str(), t.as_str())))
    }

    /// Path and line of a byte.
    pub fn place(&self, byte: usize) -> (&str, usize) {
        let found = self.parts.iter().find(|(_, range)| range.contains(&byte));
        let (path, range) = found.or(self.parts.last()).map_or(("", 0..0), |(p, r)| {
            (p.as_str(), r.start..r.end.min(byte.max(r.start)))
        });
        let lines = self.text[range].bytes().filter(|b| *b == b'\n').count();
        (path, lines + 1)
    }

    /// A fault with places, as a text.
    fn fault(
        &self,
        message: &str,
        labels: &[(Range<usize>, String)],
        notes: &[String],
    ) -> ShaderFault {
        let mut files = SimpleFiles::new();
        let ids: Vec<usize> = self
            .parts
            .iter()
            .map(|(path, range)| files.add(path.clone(), self.text[range.clone()].to_owned()))
            .collect();
        let mut text = String::new();
        if let Some((range, _)) = labels.first() {
            let (path, line) = self.place(range.start);
            let _ = write!(text, "{path}:{line}: ");
        }
        let _ = writeln!(text, "{message}");
        let labels = labels.iter().filter_map(|(range, message)| {
            let k = self
                .parts
                .iter()
                .position(|(_, r)| r.contains(&range.start))?;
            let part = &self.parts[k].1;
            let local = range.start - part.start..range.end.min(part.end) - part.start;
            Some(Label::primary(ids[k], local).with_message(message))
        });
        let report = Diagnostic::error()
            .with_message(message)
            .with_labels(labels.collect())
            .with_notes(notes.to_vec());
        if let Ok(lines) = term::emit_into_string(&term::Config::default(), &files, &report) {
            text.push_str(&lines);
        }
        ShaderFault(text)
    }

    /// Reads and validates the text.
    ///
    /// # Errors
    /// It is no valid WGSL.
    pub fn module(&self) -> Result<naga::Module, ShaderFault> {
        let module = naga::front::wgsl::parse_str(&self.text).map_err(|e| {
            let labels: Vec<_> = e
                .labels()
                .filter_map(|(span, text)| Some((span.to_range()?, text.to_owned())))
                .collect();
            self.fault(e.message(), &labels, &[])
        })?;
        let mut validator = Validator::new(ValidationFlags::all(), Capabilities::empty());
        validator.validate(&module).map_err(|e| {
            let labels: Vec<_> = e
                .spans()
                .filter_map(|(span, text)| Some((span.to_range()?, text.clone())))
                .collect();
            let mut notes = Vec::new();
            let mut cause: &dyn core::error::Error = e.as_inner();
            while let Some(next) = cause.source() {
                notes.push(next.to_string());
                cause = next;
            }
            self.fault(&e.as_inner().to_string(), &labels, &notes)
        })?;
        Ok(module)
    }

    /// Reads the text and compares it with the kernel's table: entry point, workgroup, record, buffers,
    /// constants.
    ///
    /// # Errors
    /// The text is not valid, or says something else than the table.
    pub fn reflect(&self, kernel: &Kernel) -> Result<Reflection, ShaderFault> {
        let module = self.module()?;
        self.entry(kernel, &module)?;
        self.constants(kernel, &module)?;
        let mut record = None;
        let mut slots: Vec<Option<(u32, bool)>> = vec![None; kernel.slots.len()];
        for (handle, variable) in module.global_variables.iter() {
            let Some(binding) = &variable.binding else {
                continue;
            };
            let name = variable.name.as_deref().unwrap_or_default();
            let place = module.global_variables.get_span(handle);
            let fault = |message: String| {
                let labels: Vec<_> = place
                    .to_range()
                    .map(|r| (r, String::new()))
                    .into_iter()
                    .collect();
                self.fault(&message, &labels, &[])
            };
            if binding.group != 0 {
                return Err(fault(format!("`{name}`: all bindings stand in group 0")));
            }
            match variable.space {
                AddressSpace::Uniform => {
                    self.record(kernel, &module, variable.ty)?;
                    record = Some(binding.binding);
                }
                AddressSpace::Storage { access } => {
                    let Some(k) = kernel.slots.iter().position(|s| s.name == name) else {
                        return Err(fault(format!(
                            "`{name}` is no buffer of the table of {}",
                            kernel.name
                        )));
                    };
                    let slot = &kernel.slots[k];
                    let writes = access.contains(StorageAccess::STORE);
                    if writes != (slot.role != Role::Read) {
                        return Err(fault(format!(
                            "`{name}` is {} in WGSL, but {:?} in the table",
                            if writes { "read_write" } else { "read" },
                            slot.role
                        )));
                    }
                    let cell = cell(&module, variable.ty);
                    if cell != Some(slot.cell) {
                        return Err(fault(format!(
                            "`{name}` must be array<{}>, as the table says",
                            slot.cell.wgsl()
                        )));
                    }
                    slots[k] = Some((binding.binding, writes));
                }
                _ => return Err(fault(format!("`{name}`: a kernel binds buffers only"))),
            }
        }
        let missing = kernel
            .slots
            .iter()
            .zip(&slots)
            .find(|(_, found)| found.is_none());
        if let Some((slot, _)) = missing {
            let message = format!(
                "{}: no buffer `{}` in the WGSL",
                kernel.source.path, slot.name
            );
            return Err(self.fault(&message, &[], &[]));
        }
        if record.is_none() && kernel.record.size > 0 {
            let message = format!("{}: no uniform {}", kernel.source.path, kernel.record.name);
            return Err(self.fault(&message, &[], &[]));
        }
        Ok(Reflection {
            record,
            slots: slots.into_iter().flatten().collect(),
        })
    }

    fn entry(&self, kernel: &Kernel, module: &naga::Module) -> Result<(), ShaderFault> {
        let found = module
            .entry_points
            .iter()
            .find(|e| e.stage == ShaderStage::Compute && e.name == kernel.entry());
        let Some(entry) = found else {
            let message = format!(
                "{}: no compute entry `{}`",
                kernel.source.path,
                kernel.entry()
            );
            return Err(self.fault(&message, &[], &[]));
        };
        if entry.workgroup_size != kernel.workgroup {
            let message = format!(
                "{}: the workgroup is {:?}, the table says {:?}",
                kernel.source.path, entry.workgroup_size, kernel.workgroup
            );
            return Err(self.fault(&message, &[], &[]));
        }
        Ok(())
    }

    fn constants(&self, kernel: &Kernel, module: &naga::Module) -> Result<(), ShaderFault> {
        let mut found: Vec<&str> = module
            .overrides
            .iter()
            .filter_map(|(_, o)| o.name.as_deref())
            .collect();
        let mut expected: Vec<&str> = kernel.constants.iter().map(|c| c.name).collect();
        found.sort_unstable();
        expected.sort_unstable();
        if found == expected {
            return Ok(());
        }
        let message = format!(
            "{}: constants {found:?}, the table says {expected:?}",
            kernel.source.path
        );
        Err(self.fault(&message, &[], &[]))
    }

    /// Compares the record of the WGSL with the host's, field by field.
    fn record(
        &self,
        kernel: &Kernel,
        module: &naga::Module,
        ty: naga::Handle<naga::Type>,
    ) -> Result<(), ShaderFault> {
        let labels: Vec<_> = module
            .types
            .get_span(ty)
            .to_range()
            .map(|r| (r, "laid out here".to_owned()))
            .into_iter()
            .collect();
        let expected = kernel.record;
        let name = module.types[ty].name.as_deref().unwrap_or_default();
        let TypeInner::Struct { members, .. } = &module.types[ty].inner else {
            return Err(self.fault("the uniform is no struct", &labels, &[]));
        };
        let found: Vec<String> = members
            .iter()
            .map(|m| {
                let kind = match module.types[m.ty].inner {
                    TypeInner::Scalar(s) if s.kind == ScalarKind::Uint => "u32",
                    TypeInner::Scalar(s) if s.kind == ScalarKind::Float => "f32",
                    _ => "another type",
                };
                format!(
                    "{} {}: {kind}",
                    m.offset,
                    m.name.as_deref().unwrap_or_default()
                )
            })
            .collect();
        let host: Vec<String> = expected
            .fields
            .iter()
            .map(|f| format!("{} {}: {}", f.offset, f.name, f.kind))
            .collect();
        if found == host && name == expected.name {
            return Ok(());
        }
        let message = format!(
            "{name} is ({}) in WGSL, but {} is ({}) on the host",
            found.join(", "),
            expected.name,
            host.join(", ")
        );
        Err(self.fault(&message, &labels, &[]))
    }
}

/// The element of a runtime-sized array.
fn cell(module: &naga::Module, ty: naga::Handle<naga::Type>) -> Option<Cell> {
    let TypeInner::Array { base, .. } = module.types[ty].inner else {
        return None;
    };
    match module.types[base].inner {
        TypeInner::Scalar(s) if s.kind == ScalarKind::Float => Some(Cell::Float),
        TypeInner::Scalar(s) if s.kind == ScalarKind::Uint => Some(Cell::Word),
        TypeInner::Vector { size, scalar } if scalar.kind == ScalarKind::Float => match size {
            VectorSize::Bi => Some(Cell::Complex),
            VectorSize::Quad => Some(Cell::Four),
            VectorSize::Tri => None,
        },
        _ => None,
    }
}
