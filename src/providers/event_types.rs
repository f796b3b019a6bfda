//! The event types of identity senders that leave the payload to the application, as they document them.
//!
//! A preset gives the type of an event as text. Each of these is made of one, and keeps what it does not know.
//!
//! ```
//! use hookgate::providers::event_types::HankoEventType;
//!
//! // `delivery.event_type()`
//! let event_type = Some("user.create");
//! match event_type.map(HankoEventType::from) {
//!     Some(HankoEventType::UserCreate) => println!("a new user"),
//!     Some(other) => println!("{} is not looked at", other.as_str()),
//!     None => println!("an event without a type"),
//! }
//! ```

use crate::json::open_enum::open_enum;

open_enum! {
    /// Of FusionAuth (known: fusionauth.io/docs, "Events", and its client libraries). Those that are being done can still be undone
    /// by a webhook of their transaction.
    pub enum FusionAuthEventType {
        /// An entry of the audit log was made.
        AuditLogCreate = "audit-log.create",
        /// An entry of the event log was made.
        EventLogCreate = "event-log.create",
        /// A group is being created.
        GroupCreate = "group.create",
        /// A group was created.
        GroupCreateComplete = "group.create.complete",
        /// A group is being deleted.
        GroupDelete = "group.delete",
        /// A group was deleted.
        GroupDeleteComplete = "group.delete.complete",
        /// Members are being added to a group.
        GroupMemberAdd = "group.member.add",
        /// Members were added to a group.
        GroupMemberAddComplete = "group.member.add.complete",
        /// Members are being taken out of a group.
        GroupMemberRemove = "group.member.remove",
        /// Members were taken out of a group.
        GroupMemberRemoveComplete = "group.member.remove.complete",
        /// Members of a group are being changed.
        GroupMemberUpdate = "group.member.update",
        /// Members of a group were changed.
        GroupMemberUpdateComplete = "group.member.update.complete",
        /// A group is being changed.
        GroupUpdate = "group.update",
        /// A group was changed.
        GroupUpdateComplete = "group.update.complete",
        /// A public key of an application was changed.
        JwtPublicKeyUpdate = "jwt.public-key.update",
        /// A token was refreshed.
        JwtRefresh = "jwt.refresh",
        /// A refresh token was revoked.
        JwtRefreshTokenRevoke = "jwt.refresh-token.revoke",
        /// A kickstart has ended well.
        KickstartSuccess = "kickstart.success",
        /// An action on a user was taken.
        UserAction = "user.action",
        /// Users are being imported.
        UserBulkCreate = "user.bulk.create",
        /// A user is being created.
        UserCreate = "user.create",
        /// A user was created.
        UserCreateComplete = "user.create.complete",
        /// A user is being deactivated.
        UserDeactivate = "user.deactivate",
        /// A user is being deleted.
        UserDelete = "user.delete",
        /// A user was deleted.
        UserDeleteComplete = "user.delete.complete",
        /// A user's email is being changed.
        UserEmailUpdate = "user.email.update",
        /// A user's email was verified.
        UserEmailVerified = "user.email.verified",
        /// A user was linked to an identity provider.
        UserIdentityProviderLink = "user.identity-provider.link",
        /// A user's link to an identity provider was taken away.
        UserIdentityProviderUnlink = "user.identity-provider.unlink",
        /// A user could not log in.
        UserLoginFailed = "user.login.failed",
        /// A user has logged in from a new device.
        UserLoginNewDevice = "user.login.new-device",
        /// A user is logging in.
        UserLoginSuccess = "user.login.success",
        /// A login looks suspicious.
        UserLoginSuspicious = "user.login.suspicious",
        /// A user was created with a name that another has.
        UserLoginIdDuplicateCreate = "user.loginId.duplicate.create",
        /// A user was changed to a name that another has.
        UserLoginIdDuplicateUpdate = "user.loginId.duplicate.update",
        /// A user's password is one that leaked.
        UserPasswordBreach = "user.password.breach",
        /// A link to change a password was sent.
        UserPasswordResetSend = "user.password.reset.send",
        /// A user began to change the password.
        UserPasswordResetStart = "user.password.reset.start",
        /// A user has changed the password.
        UserPasswordResetSuccess = "user.password.reset.success",
        /// A user's password was changed.
        UserPasswordUpdate = "user.password.update",
        /// A user is being reactivated.
        UserReactivate = "user.reactivate",
        /// A registration is being created.
        UserRegistrationCreate = "user.registration.create",
        /// A registration was created.
        UserRegistrationCreateComplete = "user.registration.create.complete",
        /// A registration is being deleted.
        UserRegistrationDelete = "user.registration.delete",
        /// A registration was deleted.
        UserRegistrationDeleteComplete = "user.registration.delete.complete",
        /// A registration is being changed.
        UserRegistrationUpdate = "user.registration.update",
        /// A registration was changed.
        UserRegistrationUpdateComplete = "user.registration.update.complete",
        /// A registration was verified.
        UserRegistrationVerified = "user.registration.verified",
        /// A user has one more second factor.
        UserTwoFactorMethodAdd = "user.two-factor.method.add",
        /// A user has one second factor less.
        UserTwoFactorMethodRemove = "user.two-factor.method.remove",
        /// A user is being changed.
        UserUpdate = "user.update",
        /// A user was changed.
        UserUpdateComplete = "user.update.complete",
        /// What the console sends to try a webhook.
        Test = "test",
    }
}

open_enum! {
    /// Of Hanko (known: docs.hanko.io and github.com/teamhanko/hanko, `backend/webhooks/events/events.go`).
    pub enum HankoEventType {
        /// Anything of a user: only what a webhook subscribes to.
        User = "user",
        /// A user was created.
        UserCreate = "user.create",
        /// A user was changed.
        UserUpdate = "user.update",
        /// A user was deleted.
        UserDelete = "user.delete",
        /// An email of a user was changed.
        UserUpdateEmail = "user.update.email",
        /// A user got an email.
        UserUpdateEmailCreate = "user.update.email.create",
        /// A user has another primary email.
        UserUpdateEmailPrimary = "user.update.email.primary",
        /// An email of a user was deleted.
        UserUpdateEmailDelete = "user.update.email.delete",
        /// A user's name was changed in some way.
        UserUpdateUsername = "user.update.username",
        /// A user got a name.
        UserUpdateUsernameCreate = "user.update.username.create",
        /// A user has another name.
        UserUpdateUsernameUpdate = "user.update.username.update",
        /// A user's name was deleted.
        UserUpdateUsernameDelete = "user.update.username.delete",
        /// An email is to be sent, or was.
        EmailSend = "email.send",
    }
}

open_enum! {
    /// Of Kinde (known: github.com/kinde-oss/webhook, `lib/types.ts`).
    pub enum KindeEventType {
        /// An organization was created.
        OrganizationCreated = "organization.created",
        /// An organization was changed.
        OrganizationUpdated = "organization.updated",
        /// An organization was deleted.
        OrganizationDeleted = "organization.deleted",
        /// A user was created.
        UserCreated = "user.created",
        /// A user was changed.
        UserUpdated = "user.updated",
        /// A user was deleted.
        UserDeleted = "user.deleted",
        /// A user has signed in.
        UserAuthenticated = "user.authenticated",
        /// A user could not sign in.
        UserAuthenticationFailed = "user.authentication_failed",
        /// A role was created.
        RoleCreated = "role.created",
        /// A role was changed.
        RoleUpdated = "role.updated",
        /// A role was deleted.
        RoleDeleted = "role.deleted",
        /// A permission was created.
        PermissionCreated = "permission.created",
        /// A permission was changed.
        PermissionUpdated = "permission.updated",
        /// A permission was deleted.
        PermissionDeleted = "permission.deleted",
        /// Somebody subscribed.
        SubscriberCreated = "subscriber.created",
        /// Somebody asked for access.
        AccessRequestCreated = "access_request.created",
    }
}

open_enum! {
    /// Of Sign in with Apple (known: developer.apple.com, "Processing changes for Sign in with Apple accounts").
    ///
    /// The claim `events` of a notification is a text, whose member `type` is this.
    pub enum AppleEventType {
        /// A user takes email through the relay again.
        EmailEnabled = "email-enabled",
        /// A user takes no more email through the relay.
        EmailDisabled = "email-disabled",
        /// A user no longer uses the app with its Apple account.
        ConsentRevoked = "consent-revoked",
        /// A user asked Apple to delete the account.
        AccountDeleted = "account-deleted",
    }
}
