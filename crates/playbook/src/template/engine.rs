//! Evaluates expressions: [`Engine`], minijinja with strict variables, a fuel limit and a short list of filters.

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, Expression, UndefinedBehavior, filters, tests};

/// Instructions one expression may use up.
const FUEL: u64 = 50_000;
/// Longer expressions are refused.
const LONGEST: usize = 4096;

/// Evaluates expressions over given variables and nothing else.
pub(crate) struct Engine {
    environment: Environment<'static>,
}

/// Why an expression has no value.
pub(crate) enum Failure {
    /// It cannot be read.
    Syntax(String),
    /// It uses variables that do not exist.
    Undefined(Vec<String>),
    /// It can be read, but not evaluated.
    Evaluation(String),
}

impl Engine {
    pub(crate) fn new() -> Self {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(FUEL));
        add_filters(&mut environment);
        add_tests(&mut environment);
        Engine { environment }
    }

    /// Reads an expression and looks whether its variables exist. Yields their names.
    pub(super) fn names(
        &self,
        expression: &str,
        is_known: impl Fn(&str) -> bool,
    ) -> Result<Vec<String>, Failure> {
        let compiled = self.compile(expression)?;
        let mut names: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
        names.sort();
        let unknown: Vec<String> = names.iter().filter(|name| !is_known(name)).cloned().collect();
        match unknown.is_empty() || guards_itself(expression) {
            true => Ok(names),
            false => Err(Failure::Undefined(unknown)),
        }
    }

    /// Evaluates an expression.
    pub(super) fn evaluate(&self, expression: &str, context: Value) -> Result<Value, Failure> {
        let value = self.compile(expression)?.eval(context);
        value.map_err(|error| Failure::Evaluation(explain(&error)))
    }

    fn compile(&self, expression: &str) -> Result<Expression<'_, 'static>, Failure> {
        if expression.len() > LONGEST {
            return Err(Failure::Syntax(format!("it is longer than {LONGEST} bytes")));
        }
        let compiled = self.environment.compile_expression_owned(expression.to_owned());
        compiled.map_err(|error| Failure::Syntax(explain(&error)))
    }
}

/// `x is defined` and `x | default(…)` are made for variables that may not exist.
fn guards_itself(expression: &str) -> bool {
    expression.contains("defined") || expression.contains("default")
}

fn explain(error: &Error) -> String {
    match (error.kind(), error.detail()) {
        (ErrorKind::UndefinedError, _) => "it uses something that is not defined".to_owned(),
        (ErrorKind::OutOfFuel, _) => "it takes too long".to_owned(),
        (kind, None) => kind.to_string(),
        (_, Some(detail)) => detail.to_owned(),
    }
}

fn add_filters(environment: &mut Environment<'static>) {
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("float", filters::float);
    environment.add_filter("int", filters::int);
    environment.add_filter("join", filters::join);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("list", filters::list);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("max", filters::max);
    environment.add_filter("min", filters::min);
    environment.add_filter("replace", filters::replace);
    environment.add_filter("reverse", filters::reverse);
    environment.add_filter("round", filters::round);
    environment.add_filter("sort", filters::sort);
    environment.add_filter("split", filters::split);
    environment.add_filter("string", filters::string);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("unique", filters::unique);
    environment.add_filter("upper", filters::upper);
}

fn add_tests(environment: &mut Environment<'static>) {
    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.add_test("boolean", tests::is_boolean);
    environment.add_test("number", tests::is_number);
    environment.add_test("string", tests::is_string);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("in", tests::is_in);
}
