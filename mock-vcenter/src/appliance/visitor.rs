//! One SSH connection: authentication, and a [`Shell`] behind each channel with a small terminal before it.

use std::borrow::Cow;
use std::collections::HashMap;

use russh::server::{Auth, ChannelOpenHandle, Handler, Msg, Response, Session};
use russh::{Channel, ChannelId, Pty};

use super::machine::Machine;
use super::shell::Shell;

const MAX_CHANNELS: usize = 8;
const MAX_LINE: usize = 4096;

/// A client's connection.
pub(super) struct Visitor {
    machine: Machine,
    channels: HashMap<ChannelId, Terminal>,
}

/// What stands between a channel and its shell.
#[derive(Default)]
struct Terminal {
    pty: bool,
    shell: Option<Shell>,
    line: Vec<u8>,
}

impl Visitor {
    pub(super) fn new(machine: Machine) -> Self {
        Self { machine, channels: HashMap::new() }
    }

    fn check(&mut self, user: &str, password: &str) -> Auth {
        if self.machine.admits(user, password) {
            self.machine.user = user.to_owned();
            return Auth::Accept;
        }
        Auth::reject()
    }

    /// Starts a shell and shows what it shows.
    fn open(
        &mut self,
        channel: ChannelId,
        command: Option<&str>,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let Some(terminal) = self.channels.get_mut(&channel).filter(|one| one.shell.is_none())
        else {
            return session.channel_failure(channel);
        };
        session.channel_success(channel)?;
        let machine = self.machine.clone();
        let (shell, text) = match command {
            Some(command) => Shell::command(machine, command),
            None => Shell::interactive(machine),
        };
        terminal.shell = Some(shell);
        let text = terminal.shown(&text);
        if !text.is_empty() {
            session.data(channel, text)?;
        }
        self.close_ended(channel, session)
    }

    fn close_ended(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let shell = self.channels.get(&channel).and_then(|terminal| terminal.shell.as_ref());
        if let Some(status) = shell.and_then(Shell::exit) {
            self.channels.remove(&channel);
            session.exit_status_request(channel, status)?;
            session.eof(channel)?;
            session.close(channel)?;
        }
        Ok(())
    }
}

impl Terminal {
    /// A terminal begins new lines at the left edge.
    fn shown(&self, text: &str) -> Vec<u8> {
        if self.pty { text.replace('\n', "\r\n").into_bytes() } else { text.as_bytes().to_vec() }
    }

    /// Takes what was typed; returns what the screen shows.
    fn typed(&mut self, data: &[u8]) -> Vec<u8> {
        let mut screen = Vec::new();
        for byte in data {
            if self.pty { self.key(*byte, &mut screen) } else { self.byte(*byte, &mut screen) }
        }
        screen
    }

    fn byte(&mut self, byte: u8, screen: &mut Vec<u8>) {
        match byte {
            b'\n' => self.end_line(screen),
            other if self.line.len() < MAX_LINE => self.line.push(other),
            _ => {}
        }
    }

    fn key(&mut self, key: u8, screen: &mut Vec<u8>) {
        let echo = self.shell.as_ref().is_some_and(Shell::echoes);
        match key {
            b'\r' | b'\n' => {
                screen.extend_from_slice(b"\r\n");
                self.end_line(screen);
            }
            0x7f | 0x08 => {
                let erased = self.line.pop();
                screen.extend_from_slice(if erased.is_some() && echo { b"\x08 \x08" } else { b"" });
            }
            0x03 => {
                self.line.clear();
                screen.extend_from_slice(b"^C\r\n");
                let text = self.shell.as_mut().map(Shell::interrupt).unwrap_or_default();
                screen.extend(self.shown(&text));
            }
            0x04 if self.line.is_empty() => {
                let text = self.shell.as_mut().map(Shell::end_of_input).unwrap_or_default();
                screen.extend(self.shown(&text));
            }
            0x04 => {}
            other if self.line.len() < MAX_LINE => {
                self.line.push(other);
                if echo {
                    screen.push(other);
                }
            }
            _ => {}
        }
    }

    fn end_line(&mut self, screen: &mut Vec<u8>) {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).into_owned();
        let line = line.strip_suffix('\r').unwrap_or(&line);
        let text = self.shell.as_mut().map(|shell| shell.line(line)).unwrap_or_default();
        screen.extend(self.shown(&text));
    }
}

impl Handler for Visitor {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, Self::Error> {
        Ok(self.check(user, password))
    }

    async fn auth_keyboard_interactive<'a>(
        &'a mut self,
        user: &str,
        _submethods: &str,
        response: Option<Response<'a>>,
    ) -> Result<Auth, Self::Error> {
        let Some(mut response) = response else {
            return Ok(Auth::Partial {
                name: Cow::Borrowed(""),
                instructions: Cow::Borrowed(""),
                prompts: Cow::Borrowed(&[(Cow::Borrowed("Password: "), false)]),
            });
        };
        let answer = response.next().unwrap_or_default();
        Ok(self.check(user, &String::from_utf8_lossy(&answer)))
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        // A handle that is dropped rejects the channel.
        if self.channels.len() < MAX_CHANNELS {
            self.channels.insert(channel.id(), Terminal::default());
            reply.accept().await;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        channel: ChannelId,
        _term: &str,
        _columns: u32,
        _rows: u32,
        _width: u32,
        _height: u32,
        _modes: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        match self.channels.get_mut(&channel) {
            Some(terminal) => {
                terminal.pty = true;
                session.channel_success(channel)
            }
            None => session.channel_failure(channel),
        }
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.open(channel, None, session)
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let command = String::from_utf8_lossy(&data[..data.len().min(MAX_LINE)]).into_owned();
        self.open(channel, Some(&command), session)
    }

    async fn subsystem_request(
        &mut self,
        channel: ChannelId,
        _name: &str,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        session.channel_failure(channel)
    }

    async fn data(
        &mut self,
        channel: ChannelId,
        data: &[u8],
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(terminal) = self.channels.get_mut(&channel) else { return Ok(()) };
        let screen = terminal.typed(data);
        if !screen.is_empty() {
            session.data(channel, screen)?;
        }
        self.close_ended(channel, session)
    }

    async fn channel_eof(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), Self::Error> {
        let Some(terminal) = self.channels.get_mut(&channel) else { return Ok(()) };
        let text = terminal.shell.as_mut().map(Shell::end_of_input).unwrap_or_default();
        let screen = terminal.shown(&text);
        if !screen.is_empty() {
            session.data(channel, screen)?;
        }
        self.close_ended(channel, session)
    }

    async fn channel_close(
        &mut self,
        channel: ChannelId,
        _session: &mut Session,
    ) -> Result<(), Self::Error> {
        self.channels.remove(&channel);
        Ok(())
    }
}
