//! Reading a condition.

use super::lexer::{Token, tokens};
use super::{Comparison, Condition, Fault, Name, Operand, Test};
use std::iter::Peekable;
use std::ops::Range;
use std::vec::IntoIter;

/// How deep conditions may be nested.
const DEEPEST: usize = 32;

/// What a condition can be made of, for who wrote something else.
const HELP: &str = "a condition compares columns: and, or, not, =, <>, <, <=, >, >=, in (…), like '…', between … and …, is [not] null, now - 30 days";

/// Words that name no column unless in quotes.
const KEYWORDS: [&str; 11] = [
    "and", "or", "not", "in", "like", "is", "null", "between", "now", "true", "false",
];

/// Reads a condition.
pub(crate) fn parse(text: &str) -> Result<Condition, Fault> {
    let mut parser = Parser {
        tokens: tokens(text)?.into_iter().peekable(),
        end: text.len(),
        depth: 0,
    };
    let test = parser.either()?;
    match parser.tokens.next() {
        None => Ok(Condition {
            text: text.to_owned(),
            test,
        }),
        Some((_, at)) => Err(fault(at, "the condition should have ended here")),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<(Token, Range<usize>)>>,
    end: usize,
    depth: usize,
}

fn fault(at: Range<usize>, message: impl Into<String>) -> Fault {
    Fault {
        at,
        message: message.into(),
        help: HELP.to_owned(),
    }
}

impl Parser {
    fn here(&mut self) -> Range<usize> {
        let end = self.end..self.end;
        self.tokens.peek().map_or(end, |(_, at)| at.clone())
    }

    /// Whether the next token is that keyword, which is then taken.
    fn takes(&mut self, keyword: &str) -> bool {
        let is_it = |token: &Token| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.tokens.next_if(|(token, _)| is_it(token)).is_some()
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_it = |token: &Token| matches!(token, Token::Sign(found) if *found == sign);
        self.tokens.next_if(|(token, _)| is_it(token)).is_some()
    }

    fn needs_sign(&mut self, sign: &str) -> Result<(), Fault> {
        if self.takes_sign(sign) {
            return Ok(());
        }
        Err(fault(self.here(), format!("here a `{sign}` is missing")))
    }

    fn either(&mut self) -> Result<Test, Fault> {
        let mut tests = vec![self.both()?];
        while self.takes("or") {
            tests.push(self.both()?);
        }
        Ok(one_or(tests, Test::Or))
    }

    fn both(&mut self) -> Result<Test, Fault> {
        let mut tests = vec![self.negated()?];
        while self.takes("and") {
            tests.push(self.negated()?);
        }
        Ok(one_or(tests, Test::And))
    }

    fn negated(&mut self) -> Result<Test, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(fault(self.here(), "the condition is nested too deep"));
        }
        let test = if self.takes("not") {
            Test::Not(Box::new(self.negated()?))
        } else if self.takes_sign("(") {
            let test = self.either()?;
            self.needs_sign(")")?;
            test
        } else {
            self.comparison()?
        };
        self.depth -= 1;
        Ok(test)
    }

    fn comparison(&mut self) -> Result<Test, Fault> {
        let begin = self.here();
        let left = self.operand()?;
        if let Some(comparison) = self.comparison_sign() {
            return Ok(Test::Compare(left, comparison, self.operand()?));
        }
        if self.takes("is") {
            let negated = self.takes("not");
            if !self.takes("null") {
                return Err(fault(
                    self.here(),
                    "after `is` only `null` and `not null` can stand",
                ));
            }
            return Ok(not_if(negated, Test::IsNull(left)));
        }
        let negated = self.takes("not");
        if self.takes("in") {
            return Ok(not_if(negated, Test::In(left, self.list()?)));
        }
        if self.takes("between") {
            let least = self.operand()?;
            if !self.takes("and") {
                return Err(fault(
                    self.here(),
                    "`between` needs two bounds with `and` between them",
                ));
            }
            let greatest = self.operand()?;
            let tests = vec![
                Test::Compare(left.clone(), Comparison::GreaterOrEqual, least),
                Test::Compare(left, Comparison::LessOrEqual, greatest),
            ];
            return Ok(not_if(negated, Test::And(tests)));
        }
        if self.takes("like") {
            let here = self.here();
            return match self.tokens.next() {
                Some((Token::Text(pattern), _)) => Ok(not_if(negated, Test::Like(left, pattern))),
                _ => Err(fault(here, "`like` needs a text in single quotes")),
            };
        }
        match left {
            Operand::Column(_) | Operand::Boolean(_) if !negated => Ok(Test::Holds(left)),
            _ => Err(fault(
                begin.start..self.here().end,
                "this is compared with nothing",
            )),
        }
    }

    fn comparison_sign(&mut self) -> Option<Comparison> {
        let (token, _) = self.tokens.peek()?;
        let comparison = match token {
            Token::Sign("=" | "==") => Comparison::Equal,
            Token::Sign("<>" | "!=") => Comparison::Unequal,
            Token::Sign("<") => Comparison::Less,
            Token::Sign("<=") => Comparison::LessOrEqual,
            Token::Sign(">") => Comparison::Greater,
            Token::Sign(">=") => Comparison::GreaterOrEqual,
            _ => return None,
        };
        self.tokens.next();
        Some(comparison)
    }

    fn list(&mut self) -> Result<Vec<Operand>, Fault> {
        self.needs_sign("(")?;
        let mut list = vec![self.operand()?];
        while self.takes_sign(",") {
            list.push(self.operand()?);
        }
        self.needs_sign(")")?;
        Ok(list)
    }

    fn operand(&mut self) -> Result<Operand, Fault> {
        let here = self.here();
        match self.tokens.next() {
            Some((Token::Text(text), _)) => Ok(Operand::Text(text)),
            Some((Token::Number(number), _)) => Ok(numeral(number)),
            Some((Token::Quoted(name), at)) => Ok(column(name, at)),
            Some((Token::Sign("-"), at)) => match self.tokens.next() {
                Some((Token::Number(number), _)) => Ok(numeral(format!("-{number}"))),
                _ => Err(fault(at, "after this minus a number is missing")),
            },
            Some((Token::Word(word), at)) => self.word(&word, at),
            Some((_, at)) => Err(fault(at, "here a column or a value is missing")),
            None => Err(fault(here, "the condition ends too soon")),
        }
    }

    fn word(&mut self, word: &str, at: Range<usize>) -> Result<Operand, Fault> {
        match word.to_ascii_lowercase().as_str() {
            "null" => Ok(Operand::Null),
            "true" => Ok(Operand::Boolean(true)),
            "false" => Ok(Operand::Boolean(false)),
            "now" => self.now(),
            lower if KEYWORDS.contains(&lower) => Err(fault(
                at,
                format!(
                    "here a column or a value is missing; a column called {word} stands in double quotes"
                ),
            )),
            _ => Ok(column(word.to_owned(), at)),
        }
    }

    /// What follows `now`: nothing, or a sign, a count and a unit.
    fn now(&mut self) -> Result<Operand, Fault> {
        if self.takes_sign("(") {
            self.needs_sign(")")?;
        }
        let back = match self.tokens.peek() {
            Some((Token::Sign("-"), _)) => true,
            Some((Token::Sign("+"), _)) => false,
            _ => return Ok(Operand::Now(jiff::Span::new())),
        };
        self.tokens.next();
        let begin = self.here();
        let count = match self.tokens.next() {
            Some((Token::Number(number), _)) => number.parse::<i64>().ok(),
            _ => None,
        };
        let here = self.here();
        let unit = match self.tokens.next() {
            Some((Token::Word(unit), _)) => unit.to_ascii_lowercase(),
            _ => String::new(),
        };
        let count = count.map(|count| if back { -count } else { count });
        let span = count.and_then(|count| {
            let span = jiff::Span::new();
            match unit.strip_suffix('s').unwrap_or(&unit) {
                "minute" => span.try_minutes(count),
                "hour" => span.try_hours(count),
                "day" => span.try_days(count),
                "week" => span.try_weeks(count),
                "month" => span.try_months(count),
                "year" => span.try_years(count),
                _ => return None,
            }
            .ok()
        });
        span.map(Operand::Now).ok_or_else(|| Fault {
            at: begin.start..here.end,
            message: "this is no stretch of time".to_owned(),
            help: "write e.g. now - 2 years: minutes, hours, days, weeks, months or years"
                .to_owned(),
        })
    }
}

fn column(name: String, at: Range<usize>) -> Operand {
    Operand::Column(Name { name, at, index: 0 })
}

fn numeral(number: String) -> Operand {
    match number.parse() {
        Ok(number) => Operand::Integer(number),
        Err(_) => Operand::Decimal(number),
    }
}

fn one_or(mut tests: Vec<Test>, several: fn(Vec<Test>) -> Test) -> Test {
    match tests.pop() {
        Some(only) if tests.is_empty() => only,
        Some(last) => {
            tests.push(last);
            several(tests)
        }
        None => several(tests),
    }
}

fn not_if(negated: bool, test: Test) -> Test {
    match negated {
        true => Test::Not(Box::new(test)),
        false => test,
    }
}
