//! [`AccessStore`] in SQL: programs, organizations, roles, assignments. The requests are in `request`.

use async_trait::async_trait;

use super::request_view as view;
use super::row::args;
use super::{Arg, Row, SqlTx, request};
use crate::access::decide::HeldRole;
use crate::access::{
    Assignment, HeldView, Organization, Program, RequestState, RequestView, Role, RoleKind, RoleRequest,
};
use crate::kernel::id::{AccountId, AssignmentId, OrgId, ProgramId, RequestId, RoleId};
use crate::kernel::time::Timestamp;
use crate::store::Fault;
use crate::store::access::{AccessStore, Page};

/// What holds at the time `$2`.
macro_rules! held {
    () => {
        "a.start_at <= $2 AND (a.end_at IS NULL OR a.end_at > $2)"
    };
}

#[async_trait]
impl AccessStore for SqlTx {
    async fn add_program(&mut self, program: &Program) -> Result<bool, Fault> {
        let sql = "INSERT INTO program (id, slug, name) VALUES ($1, $2, $3) \
                   ON CONFLICT (slug) DO NOTHING RETURNING id";
        Ok(self.optional(sql, args![program.id, &program.slug, &program.name]).await?.is_some())
    }

    async fn add_role(&mut self, role: &Role) -> Result<bool, Fault> {
        let sql = "INSERT INTO role (id, program, role_key, name, kind, permissions) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (program, role_key) DO NOTHING RETURNING id";
        let permissions = Arg::json(&role.permissions)?;
        let args = args![role.id, role.program, &role.key, &role.name, role.kind.as_str(), permissions];
        Ok(self.optional(sql, args).await?.is_some())
    }

    async fn program_turn(&mut self, id: ProgramId) -> Result<bool, Fault> {
        let sql = "UPDATE program SET slug = slug WHERE id = $1 RETURNING id";
        Ok(self.optional(sql, args![id]).await?.is_some())
    }

    async fn put_program(&mut self, program: &Program) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO program (id, slug, name) VALUES ($1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET slug = excluded.slug, name = excluded.name",
            args![program.id, &program.slug, &program.name],
        )
        .await
    }

    async fn put_org(&mut self, org: &Organization) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO organization (id, name, name_folded) VALUES ($1, $2, $3) \
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, name_folded = excluded.name_folded",
            args![org.id, &org.name, org.name.to_lowercase()],
        )
        .await
    }

    async fn put_role(&mut self, role: &Role) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO role (id, program, role_key, name, kind, permissions) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (id) DO UPDATE SET program = excluded.program, role_key = excluded.role_key, \
             name = excluded.name, kind = excluded.kind, permissions = excluded.permissions",
            args![
                role.id,
                role.program,
                &role.key,
                &role.name,
                role.kind.as_str(),
                Arg::json(&role.permissions)?
            ],
        )
        .await
    }

    async fn join_program(&mut self, org: OrgId, program: ProgramId) -> Result<(), Fault> {
        self.execute(
            "INSERT INTO program_org (program, org) VALUES ($1, $2) ON CONFLICT (program, org) DO NOTHING",
            args![program, org],
        )
        .await
    }

    async fn programs(&mut self) -> Result<Vec<Program>, Fault> {
        let rows = self.all("SELECT id, slug, name FROM program ORDER BY name, id", vec![]).await?;
        rows.iter().map(program).collect()
    }

    async fn program(&mut self, id: ProgramId) -> Result<Option<Program>, Fault> {
        let row = self.optional("SELECT id, slug, name FROM program WHERE id = $1", args![id]).await?;
        row.as_ref().map(program).transpose()
    }

    async fn program_by_slug(&mut self, slug: &str) -> Result<Option<Program>, Fault> {
        let row = self.optional("SELECT id, slug, name FROM program WHERE slug = $1", args![slug]).await?;
        row.as_ref().map(program).transpose()
    }

    async fn org(&mut self, id: OrgId) -> Result<Option<Organization>, Fault> {
        let row = self.optional("SELECT id, name FROM organization WHERE id = $1", args![id]).await?;
        row.as_ref().map(org).transpose()
    }

    async fn search_orgs(
        &mut self,
        program: ProgramId,
        text: &str,
        limit: u32,
    ) -> Result<Vec<Organization>, Fault> {
        let rows = self
            .all(
                "SELECT o.id, o.name FROM program_org p JOIN organization o ON o.id = p.org \
                 WHERE p.program = $1 AND o.name_folded LIKE $2 ESCAPE '!' ORDER BY o.name_folded, o.id LIMIT $3",
                args![program, containing(text), limit],
            )
            .await?;
        rows.iter().map(org).collect()
    }

    async fn org_in_program(&mut self, org: OrgId, program: ProgramId) -> Result<bool, Fault> {
        let row = self
            .optional("SELECT org FROM program_org WHERE program = $1 AND org = $2", args![program, org])
            .await?;
        Ok(row.is_some())
    }

    async fn role(&mut self, id: RoleId) -> Result<Option<Role>, Fault> {
        let row = self
            .optional(
                "SELECT id, program, role_key, name, kind, permissions FROM role WHERE id = $1",
                args![id],
            )
            .await?;
        row.as_ref().map(role).transpose()
    }

    async fn roles(&mut self, program: ProgramId) -> Result<Vec<Role>, Fault> {
        let rows = self
            .all(
                "SELECT id, program, role_key, name, kind, permissions FROM role WHERE program = $1 \
                 ORDER BY name, id",
                args![program],
            )
            .await?;
        rows.iter().map(role).collect()
    }

    async fn add_assignment(&mut self, assignment: &Assignment) -> Result<bool, Fault> {
        let Assignment { id, account, role, org, start, end, request } = assignment;
        // One that has lapsed does not stand in the way of a new one.
        self.execute(
            "UPDATE assignment SET live = FALSE \
             WHERE account = $1 AND role = $2 AND org = $3 AND live AND end_at <= $4",
            args![*account, *role, *org, *start],
        )
        .await?;
        let row = self
            .optional(
                "INSERT INTO assignment (id, account, role, org, start_at, end_at, request, live) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, TRUE) \
                 ON CONFLICT (account, role, org) WHERE live DO NOTHING RETURNING id",
                args![*id, *account, *role, *org, *start, *end, *request],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn assignments(&mut self, account: AccountId, now: Timestamp) -> Result<Vec<Assignment>, Fault> {
        let rows = self
            .all(
                concat!(
                    "SELECT a.id, a.account, a.role, a.org, a.start_at, a.end_at, a.request FROM assignment a \
                     JOIN organization o ON o.id = a.org JOIN role r ON r.id = a.role WHERE a.account = $1 AND ",
                    held!(),
                    " ORDER BY o.name_folded, r.name, a.id"
                ),
                args![account, now],
            )
            .await?;
        rows.iter().map(assignment).collect()
    }

    async fn held_views(&mut self, account: AccountId, now: Timestamp) -> Result<Vec<HeldView>, Fault> {
        let rows = self
            .all(
                concat!(
                    "SELECT p.name AS program_name, p.slug, o.name AS org_name, r.name AS role_name, a.start_at, a.end_at \
                     FROM assignment a JOIN organization o ON o.id = a.org JOIN role r ON r.id = a.role \
                     JOIN program p ON p.id = r.program WHERE a.account = $1 AND ",
                    held!(),
                    " ORDER BY o.name_folded, r.name, a.id"
                ),
                args![account, now],
            )
            .await?;
        rows.iter().map(held_view).collect()
    }

    async fn held_roles(
        &mut self,
        account: AccountId,
        program: Option<&str>,
        now: Timestamp,
    ) -> Result<Vec<HeldRole>, Fault> {
        let rows = self
            .all(
                concat!(
                    "SELECT p.slug, o.id AS org, o.name AS org_name, r.role_key, r.name AS role_name, r.permissions, \
                     a.end_at FROM assignment a JOIN organization o ON o.id = a.org JOIN role r ON r.id = a.role \
                     JOIN program p ON p.id = r.program WHERE a.account = $1 AND ",
                    held!(),
                    " AND ($3 IS NULL OR p.slug = $3) ORDER BY o.name_folded, r.name, a.id"
                ),
                args![account, now, program],
            )
            .await?;
        rows.iter().map(held_role).collect()
    }

    async fn end_assignment(&mut self, id: AssignmentId, at: Timestamp) -> Result<bool, Fault> {
        let row = self
            .optional(
                "UPDATE assignment SET live = FALSE, end_at = $2 \
                 WHERE id = $1 AND live AND (end_at IS NULL OR end_at > $2) RETURNING id",
                args![id, at],
            )
            .await?;
        Ok(row.is_some())
    }

    async fn officials(
        &mut self,
        org: OrgId,
        program: ProgramId,
        now: Timestamp,
    ) -> Result<Vec<AccountId>, Fault> {
        let rows = self
            .all(
                concat!(
                    "SELECT DISTINCT a.account FROM assignment a JOIN role r ON r.id = a.role \
                     JOIN account c ON c.id = a.account AND c.standing = 'active' \
                     WHERE a.org = $1 AND r.program = $3 AND r.kind = 'security_official' AND ",
                    held!(),
                    " ORDER BY a.account"
                ),
                args![org, now, program],
            )
            .await?;
        rows.iter().map(|r| r.get("account")).collect()
    }

    async fn seated(
        &mut self,
        org: OrgId,
        program: ProgramId,
        now: Timestamp,
    ) -> Result<Vec<AccountId>, Fault> {
        let rows = self
            .all(
                concat!(
                    "SELECT DISTINCT a.account FROM assignment a JOIN role r ON r.id = a.role \
                     JOIN account c ON c.id = a.account AND c.standing <> 'disabled' \
                     WHERE a.org = $1 AND r.program = $3 AND r.kind = 'security_official' AND ",
                    held!(),
                    " ORDER BY a.account"
                ),
                args![org, now, program],
            )
            .await?;
        rows.iter().map(|r| r.get("account")).collect()
    }

    async fn official_at(
        &mut self,
        account: AccountId,
        now: Timestamp,
    ) -> Result<Vec<(OrgId, ProgramId)>, Fault> {
        let rows = self
            .all(
                concat!(
                    "SELECT DISTINCT a.org, r.program FROM assignment a JOIN role r ON r.id = a.role \
                     JOIN account c ON c.id = a.account AND c.standing = 'active' \
                     WHERE a.account = $1 AND r.kind = 'security_official' AND ",
                    held!(),
                    " ORDER BY a.org, r.program"
                ),
                args![account, now],
            )
            .await?;
        rows.iter().map(|r| Ok((r.get("org")?, r.get("program")?))).collect()
    }

    async fn add_request(&mut self, wanted: &RoleRequest) -> Result<bool, Fault> {
        request::add(self, wanted).await
    }

    async fn request(&mut self, id: RequestId) -> Result<Option<RoleRequest>, Fault> {
        request::by_id(self, id).await
    }

    async fn pending_requests(&mut self, account: AccountId) -> Result<Vec<RoleRequest>, Fault> {
        request::pending(self, account).await
    }

    async fn pending_views(&mut self, account: AccountId) -> Result<Vec<RequestView>, Fault> {
        view::pending(self, account).await
    }

    async fn decided_views(&mut self, account: AccountId, page: Page) -> Result<Vec<RequestView>, Fault> {
        view::decided(self, account, page).await
    }

    async fn queue_views(
        &mut self,
        official: AccountId,
        page: Page,
        now: Timestamp,
    ) -> Result<Vec<RequestView>, Fault> {
        view::queue(self, official, page, now).await
    }

    async fn queue_length(&mut self, official: AccountId, now: Timestamp) -> Result<u32, Fault> {
        view::queue_length(self, official, now).await
    }

    async fn decide_request(&mut self, id: RequestId, state: &RequestState) -> Result<bool, Fault> {
        request::decide(self, id, state).await
    }
}

/// A LIKE pattern for what contains the text, itself taken word for word.
fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.trim().to_lowercase().chars() {
        if matches!(c, '!' | '%' | '_') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn program(row: &Row) -> Result<Program, Fault> {
    Ok(Program { id: row.get("id")?, slug: row.get("slug")?, name: row.get("name")? })
}

fn org(row: &Row) -> Result<Organization, Fault> {
    Ok(Organization { id: row.get("id")?, name: row.get("name")? })
}

fn role(row: &Row) -> Result<Role, Fault> {
    Ok(Role {
        id: row.get("id")?,
        program: row.get("program")?,
        key: row.get("role_key")?,
        name: row.get("name")?,
        kind: row.word("kind", RoleKind::parse)?,
        permissions: row.json("permissions")?,
    })
}

fn assignment(row: &Row) -> Result<Assignment, Fault> {
    Ok(Assignment {
        id: row.get("id")?,
        account: row.get("account")?,
        role: row.get("role")?,
        org: row.get("org")?,
        start: row.get("start_at")?,
        end: row.get("end_at")?,
        request: row.get("request")?,
    })
}

fn held_view(row: &Row) -> Result<HeldView, Fault> {
    Ok(HeldView {
        program: row.get("program_name")?,
        program_slug: row.get("slug")?,
        org: row.get("org_name")?,
        role: row.get("role_name")?,
        since: row.get("start_at")?,
        until: row.get("end_at")?,
    })
}

fn held_role(row: &Row) -> Result<HeldRole, Fault> {
    Ok(HeldRole {
        program: row.get("slug")?,
        org: row.get("org")?,
        org_name: row.get("org_name")?,
        role: row.get("role_key")?,
        role_name: row.get("role_name")?,
        permissions: row.json("permissions")?,
        until: row.get::<Option<Timestamp>>("end_at")?.map(Timestamp::secs),
    })
}
