//! The other program's part in dragging a file onto a window, as a file manager on X plays it: XDND, version 5.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    Atom, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// Drags a file onto a window and lets go of it there; returns when the window has taken it.
pub fn drop_file(
    display: &str,
    window: u32,
    file: &Path,
    patience: Duration,
) -> Result<(), Box<dyn Error>> {
    let (x, screen) = x11rb::connect(Some(display))?;
    let atom = |name: &str| -> Result<Atom, Box<dyn Error>> {
        Ok(x.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let (list, copy) = (atom("text/uri-list")?, atom("XdndActionCopy")?);
    let finished = atom("XdndFinished")?;
    let own = x.generate_id()?;
    let root = x.setup().roots[screen].root;
    let nothing = CreateWindowAux::new();
    x.create_window(
        0,
        own,
        root,
        0,
        0,
        1,
        1,
        0,
        WindowClass::INPUT_ONLY,
        0,
        &nothing,
    )?;
    x.set_selection_owner(own, atom("XdndSelection")?, CURRENT_TIME)?;
    let tell = |what: &str, data: [u32; 5]| -> Result<(), Box<dyn Error>> {
        let message = ClientMessageEvent::new(32, window, atom(what)?, data);
        x.send_event(false, window, EventMask::NO_EVENT, message)?;
        x.flush()?;
        Ok(())
    };

    tell("XdndEnter", [own, 5 << 24, list, 0, 0])?;
    tell(
        "XdndPosition",
        [own, 0, (300 << 16) | 300, CURRENT_TIME, copy],
    )?;
    let until = Instant::now() + patience;
    // The window asks for the name before it knows whether it takes the file.
    let ask = loop {
        if let Event::SelectionRequest(ask) = next(&x, until)? {
            break ask;
        }
    };
    let name = format!("file://{}\r\n", file.display());
    x.change_property8(
        PropMode::REPLACE,
        ask.requestor,
        ask.property,
        ask.target,
        name.as_bytes(),
    )?;
    let answer = SelectionNotifyEvent {
        response_type: SELECTION_NOTIFY_EVENT,
        sequence: 0,
        time: ask.time,
        requestor: ask.requestor,
        selection: ask.selection,
        target: ask.target,
        property: ask.property,
    };
    x.send_event(false, ask.requestor, EventMask::NO_EVENT, answer)?;
    tell("XdndDrop", [own, 0, CURRENT_TIME, 0, 0])?;
    loop {
        if let Event::ClientMessage(message) = next(&x, until)?
            && message.type_ == finished
        {
            return Ok(());
        }
    }
}

/// The next event, or an error when none comes in time.
fn next(x: &RustConnection, until: Instant) -> Result<Event, Box<dyn Error>> {
    while Instant::now() < until {
        if let Some(event) = x.poll_for_event()? {
            return Ok(event);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Err("the window says nothing to what is dragged over it".into())
}
