//! A backend that collects one frame in memory: nothing reaches the terminal before the frame is whole, and nothing is ever asked of it.

use std::io;

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::Cell,
    layout::{Position, Size},
};

use super::{pen, screen::Screen};

/// Synchronized update: the terminal shows nothing of what follows until it ends. Terminals that do not know it ignore it.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";
const SHOW_CURSOR: &str = "\x1b[?25h";
const CLEAR: &str = "\x1b[2J";
const HIDE_CURSOR: &str = "\x1b[?25l";

/// Turns the differences between two screens into the bytes of one frame.
#[derive(Debug)]
pub struct FrameBackend {
    size: Size,
    screen: Screen,
    cells: String,
    after: Vec<u8>,
    /// Where the cursor shall be, and where the terminal has it; `None` is hidden.
    cursor: Option<Position>,
    terminal_cursor: Option<Position>,
}

impl FrameBackend {
    /// For a terminal of this size whose cursor is hidden.
    pub fn new(size: Size) -> Self {
        Self {
            size,
            screen: Screen::new(size),
            cells: String::new(),
            after: Vec::new(),
            cursor: None,
            terminal_cursor: None,
        }
    }

    /// Takes over a new size of the terminal; the next frame clears it and draws everything.
    pub const fn set_size(&mut self, size: Size) {
        self.size = size;
    }

    /// Sends `bytes` after the next frame, in the same write.
    pub fn append(&mut self, bytes: &[u8]) {
        self.after.extend_from_slice(bytes);
    }

    /// The cursor is hidden again because the terminal was set up anew.
    pub const fn forget_cursor(&mut self) {
        self.terminal_cursor = None;
    }

    /// The frame drawn since the last call; `None` when nothing changed.
    pub fn take_frame(&mut self) -> Option<Vec<u8>> {
        let drawn = !self.cells.is_empty();
        if !drawn && self.after.is_empty() && self.cursor == self.terminal_cursor {
            return None;
        }
        let mut frame = String::with_capacity(self.cells.len() + self.after.len() + 64);
        frame.push_str(BEGIN);
        frame.push_str(&std::mem::take(&mut self.cells));
        match (self.terminal_cursor, self.cursor) {
            (None, None) => {}
            (Some(_), None) => frame.push_str(HIDE_CURSOR),
            (before, Some(now)) => {
                if drawn || before != self.cursor {
                    pen::move_to(now.x, now.y, &mut frame);
                }
                if before.is_none() {
                    frame.push_str(SHOW_CURSOR);
                }
            }
        }
        self.terminal_cursor = self.cursor;
        frame.push_str(END);
        let mut frame = frame.into_bytes();
        frame.append(&mut self.after);
        Some(frame)
    }
}

impl Backend for FrameBackend {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        self.cells.push_str(&self.screen.draw(content));
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor = None;
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        // The position follows at once, and shows it.
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.cursor = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        match clear_type {
            // What was drawn before is gone with it.
            ClearType::All => {
                self.screen = Screen::new(self.size);
                CLEAR.clone_into(&mut self.cells);
            }
            ClearType::AfterCursor | ClearType::BeforeCursor | ClearType::CurrentLine | ClearType::UntilNewLine => {
                return Err(io::ErrorKind::Unsupported.into());
            }
        }
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
