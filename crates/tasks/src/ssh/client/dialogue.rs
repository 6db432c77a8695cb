//! Holding a dialogue: [`Session::talk`] answers prompts by what they say, never by their order.

use std::time::Duration;

use russh::{Channel, ChannelMsg};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::connect::Session;
use super::error::SshError;
use super::pattern::Pattern;
use super::run::{End, Output};
use super::screen::{Screen, tail};

/// A prompt stands still for so long before it is taken for one.
const SETTLED: Duration = Duration::from_millis(120);
/// A terminal wide enough that prompts do not wrap.
const COLUMNS: u32 = 200;
const ROWS: u32 = 50;

/// A prompt that is expected.
#[derive(Clone)]
pub(crate) struct Prompt {
    pub(crate) name: String,
    pub(crate) pattern: Pattern,
    /// What is typed, without the line end.
    pub(crate) answer: SecretString,
    pub(crate) times: u32,
    /// Losing the connection after the answer is success.
    pub(crate) may_be_last: bool,
}

/// A command and what it may ask.
#[derive(Clone)]
pub(crate) struct Conversation {
    pub(crate) command: String,
    pub(crate) prompts: Vec<Prompt>,
    /// Output after which it is done although it has not ended.
    pub(crate) done: Option<Pattern>,
    /// Losing the connection is success, whenever it happens.
    pub(crate) may_be_lost: bool,
    /// How long nothing may happen.
    pub(crate) within: Duration,
}

/// How a dialogue ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    /// The program ended.
    Ended(Output),
    /// It printed what counts as done.
    Done(String),
    /// The connection was lost where it may be.
    Lost,
}

/// A dialogue under way.
struct Talk<'a> {
    conversation: &'a Conversation,
    screen: Screen,
    /// Everything since the start, for the result.
    record: Screen,
    asked: Vec<u32>,
    may_end: bool,
}

impl Session {
    /// Runs a command at a terminal and answers its prompts; `heard` learns the name of each.
    pub(crate) async fn talk(
        &self,
        conversation: &Conversation,
        mut heard: impl FnMut(&str) + Send,
    ) -> Result<Said, SshError> {
        let lost = |_| SshError::Lost { address: self.address.clone() };
        let mut channel = self.handle.channel_open_session().await.map_err(lost)?;
        channel.request_pty(false, "xterm", COLUMNS, ROWS, 0, 0, &[]).await.map_err(lost)?;
        channel.exec(true, conversation.command.as_str()).await.map_err(lost)?;
        let mut talk = Talk::new(conversation);
        match talk.hold(&mut channel, &self.address, &mut heard).await {
            Err(SshError::Lost { .. }) if talk.may_end => Ok(Said::Lost),
            other => other,
        }
    }
}

impl<'a> Talk<'a> {
    fn new(conversation: &'a Conversation) -> Self {
        Self {
            conversation,
            screen: Screen::default(),
            record: Screen::default(),
            asked: vec![0; conversation.prompts.len()],
            may_end: conversation.may_be_lost,
        }
    }

    async fn hold(
        &mut self,
        channel: &mut Channel<russh::client::Msg>,
        address: &str,
        heard: &mut (impl FnMut(&str) + Send),
    ) -> Result<Said, SshError> {
        let within = self.conversation.within;
        let mut end = End::default();
        loop {
            let prompt = self.prompt();
            let patience = if prompt.is_some() { SETTLED } else { within };
            match timeout(patience, channel.wait()).await {
                Ok(Some(ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. })) => {
                    self.screen.add(&data);
                    self.record.add(&data);
                    if self
                        .conversation
                        .done
                        .as_ref()
                        .is_some_and(|done| done.is_in(&self.screen.text()))
                    {
                        return Ok(Said::Done(self.record.text()));
                    }
                }
                Ok(Some(ChannelMsg::Failure)) => {
                    return Err(SshError::NotRun { address: address.to_owned() });
                }
                Ok(Some(other)) => end.take(&other),
                Ok(None) => {
                    let status = end.status(address)?;
                    return Ok(Said::Ended(Output { status, text: self.record.text() }));
                }
                Err(_) => match prompt {
                    Some(at) => self.answer(at, channel, address, heard).await?,
                    None => return Err(self.stuck()),
                },
            }
        }
    }

    /// The prompt that the screen ends with.
    fn prompt(&self) -> Option<usize> {
        let text = self.screen.text();
        self.conversation.prompts.iter().position(|prompt| prompt.pattern.ends(&text))
    }

    async fn answer(
        &mut self,
        at: usize,
        channel: &mut Channel<russh::client::Msg>,
        address: &str,
        heard: &mut (impl FnMut(&str) + Send),
    ) -> Result<(), SshError> {
        let prompt = &self.conversation.prompts[at];
        self.asked[at] += 1;
        if self.asked[at] > prompt.times {
            let tail = tail(&self.record.text());
            return Err(SshError::TooOften {
                prompt: prompt.name.clone(),
                times: prompt.times,
                tail,
            });
        }
        heard(&prompt.name);
        // What was asked is answered; what comes now is looked at anew.
        self.screen.clear();
        self.may_end = self.conversation.may_be_lost || prompt.may_be_last;
        let mut typed = prompt.answer.expose_secret().to_owned().into_bytes();
        typed.push(b'\r');
        let sent = channel.data_bytes(typed).await;
        sent.map_err(|_| SshError::Lost { address: address.to_owned() })
    }

    /// Nothing happens: at a prompt that nobody expects, or within a line of output.
    fn stuck(&self) -> SshError {
        let text = self.record.text();
        let shown = tail(&text);
        match text.trim_end_matches(' ').ends_with('\n') || text.trim().is_empty() {
            true => SshError::Late { within: self.conversation.within, tail: shown },
            false => SshError::UnknownPrompt { tail: shown },
        }
    }
}
