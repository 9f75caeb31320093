//! A proofing vendor that plays a script (D06: a mock ships), for tests and the demo.
//!
//! Its people are synthetic: their numbers lie in ranges that were never given to anybody (areas 000, 666 and 900 to
//! 999), and nothing that it knows of them is about a real person. Who is found is told by name, date of birth and
//! number together, as a credit bureau does it; anybody else cannot be verified.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use crate::account::ssn::SsnRange;
use crate::kernel::id::CaseId;
use crate::port::{Applicant, Asked, Prover, Reply, VendorFault};
use crate::proofing::{Answer, Choice, NONE_OF_THE_ABOVE, Question, VendorRef, VendorVerdict};

/// One synthetic person, and how the vendor behaves about them.
#[derive(Debug, Clone)]
pub struct Synthetic {
    pub first_name: String,
    pub last_name: String,
    /// `1980-02-29`
    pub birth: String,
    /// Nine digits.
    pub ssn: String,
    pub script: Script,
    pub file: CreditFile,
}

/// How the vendor behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    /// Asks, checks, says at once how many were right.
    Answers,
    /// Asks; whatever is answered, it is wrong. (2.1.7: 000-00-0000 does this to everybody.)
    Fails,
    /// The file is frozen (P1).
    Frozen,
    /// Asks; decides when it is told to, through [`ScriptedProver::late_verdicts`].
    Late,
    /// Sends its questions when it is told to, through [`ScriptedProver::late_questions`].
    AsksLate,
    /// Decides at once, and once more when it is told to.
    Twice,
    /// Asks and never decides.
    Never,
    /// Cannot be reached.
    Down,
}

/// What the vendor knows: for each of D08's categories the true choice. An empty one is *None of the above*.
#[derive(Debug, Clone, Default)]
pub struct CreditFile {
    pub mortgage: String,
    pub employer: String,
    pub bedrooms: String,
    pub street: String,
    pub county: String,
}

/// What anybody's questions offer besides the truth.
const MORTGAGES: [&str; 4] =
    ["Blue Heron Home Loans", "Copper Creek Mortgage", "Tidewater Savings", "Prairie Trust"];
const EMPLOYERS: [&str; 4] =
    ["Lakeside Orthopedics", "Mercy General Hospital", "Northgate Imaging", "Stonebridge Labs"];
const BEDROOMS: [&str; 4] = ["1 or 2", "3", "4", "5 or more"];
const STREETS: [&str; 4] = ["Alder Court", "Bellflower Lane", "Quarry Road", "Windmill Avenue"];
const COUNTIES: [&str; 4] = ["Cedar County", "Fox County", "Marsh County", "Union County"];

/// The number that is accepted and always fails (mission 2.1.7).
pub const ALWAYS_FAILS: &str = "000000000";

#[derive(Debug, Default)]
pub struct ScriptedProver {
    people: Vec<Synthetic>,
    cases: Mutex<HashMap<CaseId, Seen>>,
}

/// What the vendor remembers of a case: asked twice, it answers the same.
#[derive(Debug)]
struct Seen {
    script: Script,
    asked: Asked,
    right: HashMap<String, String>,
    verdict: Option<VendorVerdict>,
}

impl ScriptedProver {
    pub fn new(people: Vec<Synthetic>) -> ScriptedProver {
        ScriptedProver { people, cases: Mutex::default() }
    }

    /// People for a demo: one for each script worth trying by hand.
    pub fn with_demo_people() -> ScriptedProver {
        ScriptedProver::new(demo_people())
    }

    pub fn people(&self) -> &[Synthetic] {
        &self.people
    }

    /// The true choice ids of a case's questions, in order: what the person would know. For tests and the demo's help.
    pub fn truth(&self, reference: &VendorRef) -> Vec<Answer> {
        let cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(seen) = cases.values().find(|s| s.asked.reference == *reference) else { return Vec::new() };
        seen.asked
            .questions
            .iter()
            .filter_map(|q| Some(Answer { question: q.id.clone(), choice: seen.right.get(&q.id)?.clone() }))
            .collect()
    }

    /// Questions that were promised for later: to be handed to `flow::prove_identity::vendor_asked`.
    pub fn late_questions(&self) -> Vec<Asked> {
        let cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        cases.values().filter(|s| s.script == Script::AsksLate).map(|s| s.asked.clone()).collect()
    }

    /// Verdicts that were promised for later, and second ones: to be handed to `flow::prove_identity::vendor_decided`.
    pub fn late_verdicts(&self) -> Vec<(VendorRef, VendorVerdict)> {
        let cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        cases
            .values()
            .filter(|s| matches!(s.script, Script::Late | Script::Twice))
            .filter_map(|s| Some((s.asked.reference.clone(), s.verdict?)))
            .collect()
    }

    fn find(&self, applicant: &Applicant<'_>) -> Option<Synthetic> {
        let name = &applicant.person.name;
        let birth = applicant.person.birth.0.to_string();
        let same = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
        if applicant.ssn.expose() == ALWAYS_FAILS {
            return Some(Synthetic {
                first_name: name.first.clone(),
                last_name: name.last.clone(),
                birth,
                ssn: ALWAYS_FAILS.to_owned(),
                script: Script::Fails,
                file: CreditFile::default(),
            });
        }
        self.people
            .iter()
            .find(|p| {
                p.ssn == applicant.ssn.expose()
                    && p.birth == birth
                    && same(&p.first_name, &name.first)
                    && same(&p.last_name, &name.last)
            })
            .cloned()
    }
}

#[async_trait]
impl Prover for ScriptedProver {
    fn numbers(&self) -> SsnRange {
        SsnRange::Any
    }

    async fn questions(&self, case: CaseId, applicant: &Applicant<'_>) -> Result<Reply<Asked>, VendorFault> {
        let Some(person) = self.find(applicant) else { return Ok(Reply::CannotVerify) };
        match person.script {
            Script::Frozen => return Ok(Reply::CannotVerify),
            Script::Down => return Err(VendorFault { private: "the script says so".to_owned() }),
            _ => {}
        }
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = cases.entry(case).or_insert_with(|| Seen::of(case, &person));
        Ok(match seen.script {
            Script::AsksLate => Reply::Later(seen.asked.reference.clone()),
            _ => Reply::Now(seen.asked.clone()),
        })
    }

    async fn answers(
        &self,
        case: CaseId,
        reference: &VendorRef,
        answers: &[Answer],
    ) -> Result<Reply<VendorVerdict>, VendorFault> {
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(seen) = cases.get_mut(&case).filter(|s| s.asked.reference == *reference) else {
            return Err(VendorFault { private: "no such case".to_owned() });
        };
        let right = answers.iter().filter(|a| seen.right.get(&a.question) == Some(&a.choice)).count();
        let verdict = *seen.verdict.get_or_insert(match seen.script {
            Script::Fails => VendorVerdict::Failed,
            _ => VendorVerdict::Right(right),
        });
        Ok(match seen.script {
            Script::Late | Script::Never => Reply::Later(seen.asked.reference.clone()),
            _ => Reply::Now(verdict),
        })
    }
}

impl Seen {
    fn of(case: CaseId, person: &Synthetic) -> Seen {
        let file = &person.file;
        // D08: the categories of the founding documents.
        let bank = [
            ("mortgage", "Who services your mortgage?", MORTGAGES, &file.mortgage),
            ("employer", "Which of these is your current or a previous employer?", EMPLOYERS, &file.employer),
            ("bedrooms", "How many bedrooms does your home have?", BEDROOMS, &file.bedrooms),
            (
                "street",
                "On which of these streets have you lived in the last five years?",
                STREETS,
                &file.street,
            ),
            (
                "county",
                "In which of these counties have you lived in the last five years?",
                COUNTIES,
                &file.county,
            ),
        ];
        let mut right = HashMap::new();
        let mut questions = Vec::new();
        for (id, text, offered, truth) in bank {
            let choices: Vec<Choice> = (1..)
                .zip(offered)
                .map(|(n, text)| Choice { id: format!("{id}-{n}"), text: text.to_owned() })
                .collect();
            let true_choice = choices.iter().find(|c| c.text == *truth);
            right.insert(id.to_owned(), true_choice.map_or(NONE_OF_THE_ABOVE, |c| &c.id).to_owned());
            questions.push(Question { id: id.to_owned(), text: text.to_owned(), choices });
        }
        let asked = Asked { reference: VendorRef(format!("scripted-{case}")), questions };
        Seen { script: person.script, asked, right, verdict: None }
    }
}

/// One synthetic person for each script that is worth trying by hand.
pub fn demo_people() -> Vec<Synthetic> {
    let person = |first: &str, last: &str, birth: &str, ssn: &str, script| Synthetic {
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        birth: birth.to_owned(),
        ssn: ssn.to_owned(),
        script,
        file: CreditFile {
            mortgage: "Copper Creek Mortgage".to_owned(),
            employer: "Mercy General Hospital".to_owned(),
            bedrooms: "3".to_owned(),
            street: "Quarry Road".to_owned(),
            // She never lived in any of them: None of the above.
            county: String::new(),
        },
    };
    vec![
        person("Ana", "Rivera", "1980-02-29", "900112222", Script::Answers),
        person("Ben", "Okafor", "1975-07-04", "900113333", Script::Answers),
        person("Val", "Novak", "1990-12-31", "900114444", Script::Answers),
        person("Fred", "Frost", "1968-01-15", "900115555", Script::Frozen),
        person("Lara", "Later", "1985-05-05", "900116666", Script::Late),
        person("Quinn", "Quiet", "1983-03-03", "900117777", Script::AsksLate),
        person("Theo", "Twice", "1979-09-09", "900118888", Script::Twice),
        person("Nils", "Never", "1972-11-11", "900119999", Script::Never),
        person("Dora", "Down", "1991-01-01", "900111111", Script::Down),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::ssn::Ssn;
    use crate::account::{BirthDate, Person, PostalAddress};
    use crate::kernel::random::SeededRandom;
    use crate::kernel::secret::Secret;
    use crate::kernel::text::{EmailAddress, PersonName, Phone};
    use crate::kernel::time::Timestamp;
    use crate::policy::HARP;

    fn ana() -> Person {
        let text = str::to_owned;
        Person {
            name: PersonName { first: text("ANA"), middle: None, last: text("Rivera") },
            birth: BirthDate(jiff::civil::date(1980, 2, 29)),
            phone: Phone::parse("2024561111").unwrap(),
            address: PostalAddress {
                country: text("US"),
                line1: text("1 Main St"),
                line2: None,
                city: text("Springfield"),
                state: text("IL"),
                zip: text("62701"),
            },
        }
    }

    async fn ask(prover: &ScriptedProver, ssn: &str) -> Reply<Asked> {
        let case = CaseId::mint(Timestamp::from_secs(1), &SeededRandom::new(1));
        let email = EmailAddress::parse("ana@hospital.example").unwrap();
        let ssn = Ssn::parse(&Secret::new(ssn.to_owned()), prover.numbers()).unwrap();
        prover.questions(case, &Applicant { person: &ana(), email: &email, ssn: &ssn }).await.unwrap()
    }

    /// D05, D08: five questions of the named categories, four choices each besides none of the above.
    #[tokio::test]
    async fn d08_five_questions_of_the_founding_documents_categories() {
        let prover = ScriptedProver::with_demo_people();
        let Reply::Now(asked) = ask(&prover, "900-11-2222").await else { panic!("asked") };
        assert_eq!(asked.questions.len(), HARP.proofing.questions);
        let about: Vec<&str> = asked.questions.iter().map(|q| q.id.as_str()).collect();
        assert_eq!(about, ["mortgage", "employer", "bedrooms", "street", "county"]);
        assert!(asked.questions.iter().all(|q| q.choices.len() == 4));
        assert_eq!(prover.truth(&asked.reference).last().map(|a| a.choice.as_str()), Some(NONE_OF_THE_ABOVE));
        assert_eq!(ask(&prover, "900112222").await, Reply::Now(asked), "asked twice, it answers the same");
    }

    #[tokio::test]
    async fn who_is_not_found_is_not_told_from_who_is_frozen() {
        let prover = ScriptedProver::with_demo_people();
        assert_eq!(ask(&prover, "900-11-3333").await, Reply::CannotVerify, "another person's number");
        assert!(
            matches!(ask(&prover, "000-00-0000").await, Reply::Now(_)),
            "2.1.7: accepted, and fails later"
        );
    }

    #[test]
    fn no_synthetic_number_was_ever_given_to_anybody() {
        for person in demo_people() {
            assert!(Ssn::parse(&Secret::new(person.ssn), SsnRange::Issued).is_err());
        }
    }
}
