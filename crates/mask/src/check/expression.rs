//! Reads the simple ones among CHECK expressions. Anything else is not understood, and that is said.

use std::ops::Range;
use weir_engine::{Quotes, Token, tokens};

/// How deep parentheses may go.
const DEEPEST: usize = 48;
/// Words and signs of the longest expression that is read.
const MOST: usize = 4096;

/// A simple expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Compare(Operator, Operand, Operand),
    IsNull(Operand),
    IsJson(Operand),
}

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Operand {
    /// A column, by its place among those the check uses.
    Column(usize),
    /// How many characters a column has.
    Characters(usize),
    /// How many bytes.
    Bytes(usize),
    Null,
    Number(f64),
    Text(String),
}

/// What a part of an expression is.
enum Part {
    Truth(Expression),
    Value(Operand),
}

/// Reads an expression over columns of those names; `None` for one that is not simple. `value` is
/// what an expression of a domain calls its value.
pub(crate) fn read(expression: &str, columns: &[String], is_domain: bool) -> Option<Expression> {
    // How a backslash counts differs from one database to another.
    if expression.contains('\\') {
        return None;
    }
    let tokens = tokens(expression, Quotes::default())?;
    if tokens.len() > MOST {
        return None;
    }
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        columns,
        is_domain,
        depth: 0,
    };
    match reader.any()? {
        Part::Truth(found) if reader.at == tokens.len() => Some(found),
        _ => None,
    }
}

struct Reader<'a> {
    tokens: &'a [(Token, Range<usize>)],
    at: usize,
    columns: &'a [String],
    is_domain: bool,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn sign(&mut self, sign: &str) -> Option<()> {
        matches!(self.peek(), Some(Token::Sign(found)) if *found == sign).then(|| self.at += 1)
    }

    fn word(&mut self, word: &str) -> Option<()> {
        self.peek()
            .is_some_and(|token| token.is(word))
            .then(|| self.at += 1)
    }

    fn any(&mut self) -> Option<Part> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth < DEEPEST)?;
        let first = self.all()?;
        if !self.peek().is_some_and(|token| token.is("OR")) {
            self.depth -= 1;
            return Some(first);
        }
        let mut parts = vec![truth(first)?];
        while self.word("OR").is_some() {
            parts.push(truth(self.all()?)?);
        }
        self.depth -= 1;
        Some(Part::Truth(Expression::Any(parts)))
    }

    fn all(&mut self) -> Option<Part> {
        let first = self.not()?;
        if !self.peek().is_some_and(|token| token.is("AND")) {
            return Some(first);
        }
        let mut parts = vec![truth(first)?];
        while self.word("AND").is_some() {
            parts.push(truth(self.not()?)?);
        }
        Some(Part::Truth(Expression::All(parts)))
    }

    fn not(&mut self) -> Option<Part> {
        if self.word("NOT").is_some() {
            self.depth = self.depth.checked_add(1).filter(|depth| *depth < DEEPEST)?;
            let inside = truth(self.not()?)?;
            self.depth -= 1;
            return Some(Part::Truth(Expression::Not(Box::new(inside))));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Option<Part> {
        let left = match self.primary()? {
            Part::Value(operand) => operand,
            truth => return Some(truth),
        };
        if self.word("IS").is_some() {
            let negated = self.word("NOT").is_some();
            self.word("NULL")?;
            return Some(negate(negated, Expression::IsNull(left)));
        }
        if let Some(operator) = self.operator() {
            if ["ANY", "SOME"].iter().any(|word| self.word(word).is_some()) {
                let list = self.array()?;
                return Some(Part::Truth(Expression::Any(each(operator, &left, list))));
            }
            if self.word("ALL").is_some() {
                let list = self.array()?;
                return Some(Part::Truth(Expression::All(each(operator, &left, list))));
            }
            let right = self.value()?;
            return Some(Part::Truth(Expression::Compare(operator, left, right)));
        }
        let negated = self.word("NOT").is_some();
        if self.word("IN").is_some() {
            self.sign("(")?;
            let list = self.list(")")?;
            let one_of = Expression::Any(each(Operator::Equal, &left, list));
            return Some(negate(negated, one_of));
        }
        if self.word("BETWEEN").is_some() {
            let least = self.value()?;
            self.word("AND")?;
            let most = self.value()?;
            let both = vec![
                Expression::Compare(Operator::AtLeast, left.clone(), least),
                Expression::Compare(Operator::AtMost, left, most),
            ];
            return Some(negate(negated, Expression::All(both)));
        }
        (!negated).then_some(Part::Value(left))
    }

    fn operator(&mut self) -> Option<Operator> {
        let Some(Token::Sign(sign)) = self.peek() else {
            return None;
        };
        let operator = match *sign {
            "=" | "==" => Operator::Equal,
            "<>" | "!=" => Operator::Unequal,
            "<" => Operator::Less,
            "<=" => Operator::AtMost,
            ">" => Operator::Greater,
            ">=" => Operator::AtLeast,
            _ => return None,
        };
        self.at += 1;
        Some(operator)
    }

    /// A value and nothing that is true or false.
    fn value(&mut self) -> Option<Operand> {
        match self.primary()? {
            Part::Value(operand) => Some(operand),
            Part::Truth(_) => None,
        }
    }

    /// Values up to a sign.
    fn list(&mut self, end: &str) -> Option<Vec<Operand>> {
        let mut list = vec![self.value()?];
        while self.sign(",").is_some() {
            list.push(self.value()?);
        }
        self.sign(end)?;
        Some(list)
    }

    /// `(ARRAY['a', 'b'])`, with the casts and parentheses that PostgreSQL prints around it.
    fn array(&mut self) -> Option<Vec<Operand>> {
        let mut open = 0;
        while self.sign("(").is_some() {
            open += 1;
        }
        self.word("ARRAY")?;
        self.sign("[")?;
        let list = self.list("]")?;
        self.casts()?;
        for _ in 0..open {
            self.sign(")")?;
            self.casts()?;
        }
        Some(list)
    }

    fn primary(&mut self) -> Option<Part> {
        let part = match self.peek()?.clone() {
            Token::Sign("(") => {
                self.at += 1;
                let inside = self.any()?;
                self.sign(")")?;
                inside
            }
            Token::Sign(sign @ ("-" | "+")) => {
                self.at += 1;
                match self.value()? {
                    Operand::Number(number) if sign == "-" => Part::Value(Operand::Number(-number)),
                    Operand::Number(number) => Part::Value(Operand::Number(number)),
                    _ => return None,
                }
            }
            Token::Number(number) => {
                self.at += 1;
                Part::Value(Operand::Number(exact(&number)?))
            }
            Token::Text(text) => {
                self.at += 1;
                Part::Value(Operand::Text(text))
            }
            Token::Word(word) if self.opens_next() => self.call(&word)?,
            Token::Word(word) if word.eq_ignore_ascii_case("null") => {
                self.at += 1;
                Part::Value(Operand::Null)
            }
            // The character set of a text, as MySQL prints it.
            Token::Word(word) if word.starts_with("_utf8") => {
                self.at += 1;
                match self.peek() {
                    Some(Token::Text(_)) => self.primary()?,
                    _ => return None,
                }
            }
            token => {
                let place = self.column(&token)?;
                self.at += 1;
                Part::Value(Operand::Column(place))
            }
        };
        match part {
            Part::Value(operand) => Some(Part::Value(self.cast(operand)?)),
            truth => Some(truth),
        }
    }

    fn opens_next(&self) -> bool {
        let next = self.tokens.get(self.at + 1);
        next.is_some_and(|(token, _)| *token == Token::Sign("("))
    }

    fn column(&self, token: &Token) -> Option<usize> {
        if self.is_domain {
            return token.is("VALUE").then_some(0);
        }
        let name = token.name()?;
        let mut columns = self.columns.iter();
        columns.position(|column| column.eq_ignore_ascii_case(name))
    }

    /// A function of a column alone.
    fn call(&mut self, name: &str) -> Option<Part> {
        self.at += 2;
        // MySQL counts bytes where others count characters, and quotes names like this.
        let is_mysql = matches!(self.peek(), Some(Token::Quoted('`', _)));
        let Operand::Column(column) = self.value()? else {
            return None;
        };
        self.sign(")")?;
        Some(match name.to_ascii_lowercase().as_str() {
            "length" if is_mysql => Part::Value(Operand::Bytes(column)),
            "length" | "char_length" | "character_length" => {
                Part::Value(Operand::Characters(column))
            }
            "octet_length" => Part::Value(Operand::Bytes(column)),
            "json_valid" => Part::Truth(Expression::IsJson(Operand::Column(column))),
            _ => return None,
        })
    }

    /// Casts behind a list, which change nothing that matters here.
    fn casts(&mut self) -> Option<()> {
        while self.sign("::").is_some() {
            self.type_name()?;
        }
        Some(())
    }

    /// Casts behind a value, as far as they leave it what it is.
    fn cast(&mut self, mut operand: Operand) -> Option<Operand> {
        while self.sign("::").is_some() {
            let is_text = match self.type_name()?.as_str() {
                "text" | "character varying" | "varchar" => true,
                "integer" | "bigint" | "smallint" | "numeric" | "double precision" | "real" => {
                    false
                }
                _ => return None,
            };
            operand = match (operand, is_text) {
                (Operand::Text(text), false) => Operand::Number(exact(text.trim())?),
                (Operand::Number(_), true) => return None,
                (operand, _) => operand,
            };
        }
        Some(operand)
    }

    /// The name of a type without a length: one with a length would cut what is cast.
    fn type_name(&mut self) -> Option<String> {
        let Token::Word(first) = self.peek()?.clone() else {
            return None;
        };
        self.at += 1;
        let mut name = first.to_ascii_lowercase();
        for second in ["varying", "precision"] {
            if self.word(second).is_some() {
                name = format!("{name} {second}");
            }
        }
        if self.sign("[").is_some() {
            self.sign("]")?;
        }
        (!matches!(self.peek(), Some(Token::Sign("(")))).then_some(name)
    }
}

fn truth(part: Part) -> Option<Expression> {
    match part {
        Part::Truth(expression) => Some(expression),
        Part::Value(_) => None,
    }
}

fn negate(negated: bool, expression: Expression) -> Part {
    Part::Truth(match negated {
        true => Expression::Not(Box::new(expression)),
        false => expression,
    })
}

fn each(operator: Operator, left: &Operand, list: Vec<Operand>) -> Vec<Expression> {
    let compared = |right| Expression::Compare(operator, left.clone(), right);
    list.into_iter().map(compared).collect()
}

/// A number that floating point holds as it is written, as far as that matters for comparing.
fn exact(text: &str) -> Option<f64> {
    const LARGEST: f64 = 9_007_199_254_740_992.0;
    let number: f64 = text.parse().ok()?;
    (number.abs() < LARGEST).then_some(number)
}

#[cfg(test)]
mod tests;
