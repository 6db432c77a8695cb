//! The register of all diagnostics: one [`Code`] each, with what it stands for.
//!
//! Every code has a bad playbook in `tests/bad`, and a test that says so. Codes are never reused.

use serde::{Serialize, Serializer};

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The playbook cannot be used.
    Error,
    /// The playbook can be used, but somebody should look at this.
    Warning,
}

macro_rules! codes {
    ($($name:ident $text:literal $severity:ident $summary:literal;)*) => {
        /// What kind of mistake a diagnostic reports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code { $(#[doc = $summary] $name,)* }

        impl Code {
            /// All codes in order.
            pub const ALL: &'static [Code] = &[$(Code::$name,)*];

            /// The stable text, such as `LS003`.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => $text,)* }
            }

            /// One line that says what the code stands for.
            pub fn summary(self) -> &'static str {
                match self { $(Code::$name => $summary,)* }
            }

            /// How much it matters.
            pub fn severity(self) -> Severity {
                match self { $(Code::$name => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    Syntax "LS001" Error "the file is not well-formed YAML";
    TabIndent "LS002" Error "a tab is used to indent";
    DuplicateKey "LS003" Error "the same key is written twice in one block";
    TooLarge "LS004" Error "the file is larger than a playbook may be";
    TooDeep "LS005" Error "blocks are nested deeper than a playbook may be";
    TooManyValues "LS006" Error "the file holds more values than a playbook may";
    AliasExpansion "LS007" Error "aliases expand to more values than a playbook may hold";
    UnknownAlias "LS008" Error "an alias refers to no finished anchor";
    SeveralDocuments "LS009" Error "the file holds more than one YAML document";
    Tag "LS010" Error "a YAML tag is used";
    KeyNotText "LS011" Error "a key is not plain text";
    NotUtf8 "LS012" Error "the file is not UTF-8 text";
    LegacyBoolean "LS013" Error "yes, no, on or off is used where true or false is meant";
    MergeKey "LS014" Error "the merge key `<<` is used";
    UnquotedTemplate "LS015" Error "a template is not in quotes";

    NotAPlaybook "LS020" Error "the file is empty or its top level is not a block of keys";
    UnknownTopLevelKey "LS021" Error "an unknown key stands at the top level";
    NoTasks "LS022" Error "the playbook has no tasks";
    UnknownTaskKey "LS023" Error "a task has a key that is neither a task key nor a capability";
    NoCapability "LS024" Error "a task names no capability";
    SeveralCapabilities "LS025" Error "a task names more than one capability";
    BadId "LS026" Error "a task id has characters it may not have";
    DuplicateId "LS027" Error "two tasks have the same id";
    UnknownNeed "LS028" Error "a task needs a task that does not exist";
    NeedsCycle "LS029" Error "tasks need each other in a circle";
    UnknownConnection "LS030" Error "a connection is named that is not declared";
    ConnectionNotChosen "LS031" Error "several connections are declared and a task does not say which";
    UrlAndHost "LS032" Error "a connection has both a url and a host";
    BadAddress "LS033" Error "the address of a connection cannot be used";
    BadPin "LS034" Error "a certificate pin is not a SHA-256 fingerprint";
    InsecureAndVerified "LS035" Error "verification is both switched off and asked for";
    Insecure "LS036" Warning "verification of the server's certificate is switched off";
    UnknownInstaller "LS037" Error "a connection names an installing task that does not exist";
    InstalledTooLate "LS038" Error "a server is needed before it is installed";

    WrongType "LS040" Error "a value is of another type than the field takes";
    UnknownField "LS041" Error "a field is unknown";
    MissingField "LS042" Error "a required field is missing";
    OutOfRange "LS043" Error "a number lies outside the allowed range";
    UnknownChoice "LS044" Error "a value is none of the allowed ones";
    BadDuration "LS045" Error "a duration cannot be read";
    FieldsDisagree "LS046" Error "fields of a task do not go together";
    EmptyValue "LS047" Error "a value is empty";
    TasksDisagree "LS048" Error "two tasks declare different values for one setting of the same object";

    InlineSecret "LS050" Error "a secret is written into the playbook";
    BadSecretReference "LS051" Error "a reference to a secret is malformed";
    SecretInText "LS052" Error "a secret is placed inside a text";
    SecretLikeVariable "LS053" Warning "a variable looks like a secret written into the playbook";
    PasswordInUrl "LS054" Error "an address carries a user name or password";

    TemplateSyntax "LS060" Error "a template or expression cannot be read";
    UndefinedVariable "LS061" Error "a template uses a variable that is not defined";
    TemplateFailed "LS062" Error "a template or expression cannot be evaluated";
    NotText "LS063" Error "something that is not text is placed inside a text";
    TemplateTooLong "LS064" Error "a template yields more text than a value may hold";
    BadVariableName "LS065" Error "a variable has a name it may not have";
    TemplateStatement "LS066" Error "a template statement is used where only expressions are allowed";
    TemplateNotAllowed "LS067" Error "a template stands where none is allowed";

    BracesInWhen "LS070" Error "a condition is written in braces";
    WhenNotBoolean "LS071" Error "a condition is neither true nor false";
    LoopNotList "LS072" Error "a loop does not run over a list";
    TooManyTasks "LS073" Error "loops yield more tasks than a playbook may have";
    DuplicateItem "LS074" Error "two items of a loop have the same name";

    UnknownOverride "LS080" Error "a value is given from outside for a variable that is not declared";
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
