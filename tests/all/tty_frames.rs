//! One frame is one piece of bytes: whole, small, and absent when nothing changed.

use drdeck::console::tty::FrameBackend;
use ratatui::{
    Frame, Terminal,
    layout::{Position, Size},
    style::{Color, Modifier, Style, Stylize},
    text::{Line, Span},
};

struct Screen(Terminal<FrameBackend>);

impl Screen {
    fn new(width: u16, height: u16) -> Self {
        Self(Terminal::new(FrameBackend::new(Size { width, height })).unwrap())
    }

    fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> Option<String> {
        self.0.draw(view).unwrap();
        self.0.backend_mut().take_frame().map(|frame| String::from_utf8(frame).unwrap())
    }

    fn draw_line(&mut self, line: Line<'_>) -> Option<String> {
        self.draw(|frame| frame.render_widget(line, frame.area()))
    }
}

#[test]
fn a_frame_is_one_synchronized_update() {
    let frame = Screen::new(10, 2).draw_line(Line::raw("hello")).unwrap();
    assert_eq!(frame, "\x1b[?2026h\x1b[Hhello\x1b[?2026l");
}

#[test]
fn nothing_changed_is_nothing_written() {
    let mut screen = Screen::new(10, 2);
    screen.draw_line(Line::raw("hello").red()).unwrap();
    assert_eq!(screen.draw_line(Line::raw("hello").red()), None);
}

#[test]
fn a_ticking_clock_costs_less_than_thirty_bytes() {
    let mut screen = Screen::new(200, 50);
    let clock =
        |second: &str| Line::from(vec![Span::raw(" ".repeat(190)), Span::raw(format!("14:02:{second}Z")).bold()]);
    screen.draw_line(clock("17")).unwrap();
    let frame = screen.draw_line(clock("18")).unwrap();
    assert_eq!(frame, "\x1b[?2026h\x1b[1;198H\x1b[1m8\x1b[m\x1b[?2026l");
}

#[test]
fn the_sixteen_colours_are_sent_as_such_and_the_style_only_where_it_changes() {
    let line = Line::from(vec![
        Span::raw("a").red(),
        Span::raw("b").red().bold(),
        Span::raw("c").light_blue().on_black(),
        Span::raw("d").fg(Color::Indexed(208)),
        Span::raw("e").bg(Color::Rgb(1, 2, 3)),
        Span::raw("f"),
    ]);
    let frame = Screen::new(10, 1).draw_line(line).unwrap();
    assert_eq!(
        frame,
        "\x1b[?2026h\x1b[H\x1b[31ma\x1b[1mb\x1b[;94;40mc\x1b[;38;5;208md\x1b[;48;2;1;2;3me\x1b[mf\x1b[?2026l"
    );
}

#[test]
fn all_modifiers_reach_the_terminal() {
    for (modifier, number) in [
        (Modifier::BOLD, 1),
        (Modifier::DIM, 2),
        (Modifier::ITALIC, 3),
        (Modifier::UNDERLINED, 4),
        (Modifier::SLOW_BLINK, 5),
        (Modifier::RAPID_BLINK, 6),
        (Modifier::REVERSED, 7),
        (Modifier::HIDDEN, 8),
        (Modifier::CROSSED_OUT, 9),
    ] {
        let line = Line::styled("x", Style::new().add_modifier(modifier));
        let frame = Screen::new(1, 1).draw_line(line).unwrap();
        assert_eq!(frame, format!("\x1b[?2026h\x1b[H\x1b[{number}mx\x1b[m\x1b[?2026l"));
    }
}

#[test]
fn behind_a_wide_character_the_place_is_said_again() {
    let frame = Screen::new(10, 1).draw_line(Line::raw("漢x")).unwrap();
    assert_eq!(frame, "\x1b[?2026h\x1b[H漢\x1b[1;3Hx\x1b[?2026l");
}

#[test]
fn the_cursor_is_shown_moved_and_hidden_with_the_frame() {
    let mut screen = Screen::new(10, 2);
    let mut cursor = |position: Option<(u16, u16)>, text: &'static str| {
        screen.draw(|frame| {
            frame.render_widget(text, frame.area());
            if let Some(position) = position {
                frame.set_cursor_position(Position::from(position));
            }
        })
    };
    assert_eq!(cursor(Some((2, 0)), "ab").unwrap(), "\x1b[?2026h\x1b[Hab\x1b[1;3H\x1b[?25h\x1b[?2026l");
    assert_eq!(cursor(Some((2, 0)), "ab"), None);
    assert_eq!(cursor(Some((1, 0)), "ab").unwrap(), "\x1b[?2026h\x1b[1;2H\x1b[?2026l");
    // Drawing moved it: it goes back to where it was.
    assert_eq!(cursor(Some((1, 0)), "ac").unwrap(), "\x1b[?2026h\x1b[1;2Hc\x1b[1;2H\x1b[?2026l");
    assert_eq!(cursor(None, "ac").unwrap(), "\x1b[?2026h\x1b[?25l\x1b[?2026l");
    assert_eq!(cursor(None, "ac"), None);
}

#[test]
fn a_new_size_clears_and_draws_everything() {
    let mut screen = Screen::new(10, 2);
    screen.draw_line(Line::raw("hello")).unwrap();
    screen.0.backend_mut().set_size(Size { width: 8, height: 1 });
    assert_eq!(screen.draw_line(Line::raw("hello")).unwrap(), "\x1b[?2026h\x1b[2J\x1b[Hhello\x1b[?2026l");
}

#[test]
fn a_repaint_asks_the_terminal_for_nothing() {
    let mut screen = Screen::new(10, 2);
    screen.draw_line(Line::raw("hello")).unwrap();
    screen.0.clear().unwrap();
    assert_eq!(screen.draw_line(Line::raw("hello")).unwrap(), "\x1b[?2026h\x1b[2J\x1b[Hhello\x1b[?2026l");
}

#[test]
fn what_is_copied_goes_out_behind_the_frame_in_the_same_piece() {
    let mut screen = Screen::new(10, 2);
    screen.draw_line(Line::raw("a")).unwrap();
    screen.0.backend_mut().append(b"\x1b]52;c;aGk=\x07");
    assert_eq!(screen.draw_line(Line::raw("b")).unwrap(), "\x1b[?2026h\x1b[Hb\x1b[?2026l\x1b]52;c;aGk=\x07");
    screen.0.backend_mut().append(b"\x1b]52;c;aGk=\x07");
    assert_eq!(screen.draw_line(Line::raw("b")).unwrap(), "\x1b[?2026h\x1b[?2026l\x1b]52;c;aGk=\x07");
}
