//! Running one command: [`Session::run`].

use std::time::Duration;

use russh::ChannelMsg;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::connect::Session;
use super::error::SshError;
use super::screen::{plain, tail};

/// How much of the output is kept.
const MAX_OUTPUT: usize = 256 * 1024;

/// What a command left behind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Output {
    /// The exit status; none when a signal ended it.
    pub(crate) status: Option<u32>,
    /// What it printed on both streams, in the order of arrival, without escape sequences.
    pub(crate) text: String,
}

impl Output {
    /// The last lines, for messages; to be masked.
    pub(crate) fn tail(&self) -> String {
        tail(&self.text)
    }
}

impl Session {
    /// Runs `command` with `input` as its standard input, to its end.
    pub(crate) async fn run(
        &self,
        command: &str,
        input: Option<&SecretString>,
        within: Duration,
    ) -> Result<Output, SshError> {
        let mut collected = Vec::new();
        let done = timeout(within, self.exchange(command, input, &mut collected)).await;
        let status = match done {
            Ok(status) => status?,
            Err(_) => return Err(SshError::Late { within, tail: tail(&plain(&collected)) }),
        };
        Ok(Output { status, text: plain(&collected) })
    }

    async fn exchange(
        &self,
        command: &str,
        input: Option<&SecretString>,
        collected: &mut Vec<u8>,
    ) -> Result<Option<u32>, SshError> {
        let lost = |_| SshError::Lost { address: self.address.clone() };
        let mut channel = self.handle.channel_open_session().await.map_err(lost)?;
        channel.exec(true, command).await.map_err(lost)?;
        if let Some(input) = input {
            channel.data_bytes(input.expose_secret().to_owned()).await.map_err(lost)?;
        }
        channel.eof().await.map_err(lost)?;
        let mut end = End::default();
        while let Some(message) = channel.wait().await {
            match message {
                ChannelMsg::Data { data } | ChannelMsg::ExtendedData { data, .. } => {
                    let room = MAX_OUTPUT.saturating_sub(collected.len());
                    collected.extend_from_slice(&data[..data.len().min(room)]);
                }
                ChannelMsg::Failure => {
                    return Err(SshError::NotRun { address: self.address.clone() });
                }
                other => end.take(&other),
            }
        }
        end.status(&self.address)
    }
}

/// How a channel ended.
#[derive(Debug, Default)]
pub(super) struct End {
    status: Option<u32>,
    ended: bool,
}

impl End {
    pub(super) fn take(&mut self, message: &ChannelMsg) {
        match message {
            ChannelMsg::ExitStatus { exit_status } => {
                (self.status, self.ended) = (Some(*exit_status), true);
            }
            ChannelMsg::ExitSignal { .. } | ChannelMsg::Close => self.ended = true,
            _ => {}
        }
    }

    /// The exit status; an error when the channel went away before the command ended.
    pub(super) fn status(&self, address: &str) -> Result<Option<u32>, SshError> {
        match self.ended {
            true => Ok(self.status),
            false => Err(SshError::Lost { address: address.to_owned() }),
        }
    }
}
