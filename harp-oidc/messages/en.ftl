# HARP in English. One message per page; its attributes are what the page says.
# Plain words, short sentences, `you`, present tense. Standard terms once beside the plain ones.
# A second language is another file like this one: messages/es.ftl. A key that it lacks is said in English.

frame =
    .skip = Skip to main content
    .nav = Your account
    .official = Security Official
    .roles = User Roles
    .profile = Profile
    .sign-out = Sign out
    .person = Signed in as
    .organization = Organization
    .notice = Notice
    .help-title = Need help?
    .help-link = Who can help me
    .accessibility = Accessibility
    .privacy = Privacy
    .terms = Terms & Conditions
    .terms-of = Terms of use of { $application }
    .call = Call { $number }
    .tty = TTY { $number }
    .step = Step { $now } of { $of }

form =
    .required = All fields marked with an asterisk (*) are required.
    .optional = (optional)
    .title-prefix = Error:{" "}
    .summary = There is a problem
    .choose = Choose…
    .question = Question
    .month = Month
    .day = Day
    .year = Year
    .next = Next
    .back = Back
    .submit = Submit
    .cancel = Cancel
    .go-on = Continue
    .show = Show
    .hide = Hide
    .restored = Your session ended before you sent this. What you typed is back.
    .restored-check = Check it, then go on. Passwords, codes and other secrets are not kept: enter those again.

lasting =
    .title = Your session
    .until = If you do nothing, your session ends on { $time }.
    .until-last = Your session ends on { $time }. Then you sign in again.
    .soon = { $minutes ->
        [one] Your session ends in less than one minute. Select “Stay signed in” to go on.
       *[other] Your session ends in less than { $minutes } minutes. Select “Stay signed in” to go on.
    }
    .soon-last = { $minutes ->
        [one] Your session ends in less than one minute and cannot be extended. Finish now, or sign in again afterwards.
       *[other] Your session ends in less than { $minutes } minutes and cannot be extended. Finish now, or sign in again afterwards.
    }
    .stay = Stay signed in
    .stayed = You are still signed in.
    .over = Your session has ended. Go on as usual: you sign in again, and what you typed is kept.
    .failed = We could not reach the server. Check your connection, then select “Stay signed in” again.

moment =
    .date = { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $day }, { $year }
    .time = { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $day }, { $year } at { $hour12 }:{ $minute } { $half ->
        [am] AM
       *[pm] PM
    } { $zone }

method =
    .password = Password
    .sms = Text message (SMS)
    .sms-hint = We text you a security code. Someone who takes over your phone number could read it, so an authenticator app is safer.
    .voice = Phone call (voice)
    .voice-hint = We call you and read out a security code. Someone who takes over your phone number could hear it, so an authenticator app is safer.
    .email = Email
    .email-hint = We send a security code to an email address. It is a second way in, for when your phone or app is not at hand; you need one of the others, too.
    .totp = Authenticator app
    .totp-hint = An app on your phone or computer shows a new code every 30 seconds. It works without a phone signal.
    .push = Push notification
    .push-hint = You type the number shown here into an app on your phone.
    .passkey = Passkey
    .passkey-hint = You unlock your phone, computer or security key. Nobody can trick you out of it.
    .recovery = Recovery code
    .recovery-hint = Ten codes to print. Each lets you in once, with your password, when your phone or app is not at hand.

device =
    .ending = number ending in { $digits }
    .no-contact = none
    .left = { $count } left
    .option = { $kind }, { $contact }

# What is wrong with what was typed. `<field>-<what>` where the field has its own words, else `<what>`.
# The text names the field and says what to do.
problem =
    .missing = Fill in this field
    .too_short = Enter at least { $arg } characters
    .too_long = Enter at most { $arg } characters
    .bad_character = Use letters, numbers and common punctuation only
    .bad_form = Check this answer and enter it again
    .mismatch = Enter the same text in both fields
    .in_the_future = Enter a date in the past
    .too_young = You must be at least { $arg } years old to have an account
    .too_old = Check the year
    .taken = Choose another one; this one is in use
    .no_lowercase = Use at least one lowercase letter (a to z)
    .no_uppercase = Use at least one uppercase letter (A to Z)
    .no_digit = Use at least one number (0 to 9)
    .no_symbol = Use at least one of these symbols: { $arg }
    .banned_character = Leave out these characters: { $arg }
    .contains_username = Leave your user ID out of it
    .contains_name = Leave your first and last name out of it
    .too_common = Choose something that is harder to guess
    .not_accepted = Tick the box to go on
    .wrong_code = Enter the latest code. A code works once and for a short time. If this one does not work, ask for a new one.
    .unknown = Choose one of the answers in the list
    .not_served = Enter a number of a country that we serve
    .not_a_persons = Enter the number of your own phone
    .already_held = You already have this
    .already_asked = You already asked for this

    .first_name-missing = Enter your first name
    .first_name-too_long = Enter a first name of at most { $arg } characters
    .first_name-bad_character = Enter your first name by typing it. What you entered has a character that cannot be shown.
    .middle_name-too_long = Enter a middle name of at most { $arg } characters
    .last_name-missing = Enter your last name
    .last_name-too_long = Enter a last name of at most { $arg } characters
    .last_name-bad_character = Enter your last name by typing it. What you entered has a character that cannot be shown.
    .email-missing = Enter your email address
    .email-bad_form = Enter an email address like name@example.org
    .email-too_long = Enter an email address of at most { $arg } characters
    .confirm_email-missing = Enter your email address again
    .confirm_email-mismatch = Enter the same email address in both fields
    .phone-missing = Enter your phone number
    .phone-bad_form = Enter a full phone number, like 202 555 0143
    .birth_date-missing = Enter your date of birth
    .birth_date-bad_form = Enter a real date of birth, like 3 27 1985
    .birth_date-in_the_future = Enter a date of birth in the past
    .birth_date-too_old = Check the year of your date of birth
    .country-missing = Choose your country
    .country-bad_form = Choose your country from the list
    .address_line1-missing = Enter the first line of your home address
    .address_line1-too_long = Enter a first address line of at most { $arg } characters
    .address_line2-too_long = Enter a second address line of at most { $arg } characters
    .city-missing = Enter your city
    .city-too_long = Enter a city of at most { $arg } characters
    .state-missing = Enter your state, territory or district
    .state-too_long = Enter a state, territory or district of at most { $arg } characters
    .zip-missing = Enter your ZIP code
    .zip-bad_form = Enter a ZIP code of 5 or 9 digits, like 21244
    .zip-too_long = Enter a ZIP code of at most { $arg } characters
    .reviewed-not_accepted = Tick the box to confirm that you have reviewed your information
    .username-missing = Enter your user ID
    .username-too_short = Enter a user ID of at least { $arg } characters
    .username-too_long = Enter a user ID of at most { $arg } characters
    .username-bad_character = Enter a user ID of letters, numbers and symbols, without spaces
    .username-taken = Choose another user ID; this one is in use
    .password-missing = Enter your password
    .password-too_short = Enter a password of at least { $arg } characters
    .password-too_long = Enter a password of at most { $arg } characters
    .password-no_lowercase = Enter a password with at least one lowercase letter (a to z)
    .password-no_uppercase = Enter a password with at least one uppercase letter (A to Z)
    .password-no_digit = Enter a password with at least one number (0 to 9)
    .password-no_symbol = Enter a password with at least one of these symbols: { $arg }
    .password-banned_character = Enter a password without these characters: { $arg }
    .password-contains_username = Enter a password that does not contain your user ID
    .password-contains_name = Enter a password that does not contain your first or last name
    .password-too_common = Enter a password that is harder to guess. This one is on a list of common or stolen passwords.
    .confirm_password-missing = Enter the password again
    .confirm_password-mismatch = Enter the same password in both fields
    .current_password-missing = Enter the password that you use now
    .current_password-mismatch = Enter the password that you use now. What you entered is not it.
    .question-missing = Choose a challenge question
    .question-unknown = Choose a challenge question from the list
    .answer-missing = Enter an answer to the challenge question
    .answer-too_short = Enter an answer of at least { $arg } characters
    .answer-too_long = Enter an answer of at most { $arg } characters
    .answer-bad_character = Enter an answer of letters and numbers
    .ssn-missing = Enter your Social Security number, or choose to prove your identity later
    .ssn-bad_form = Enter a Social Security number of 9 digits, like 900 45 6789
    .vendor-answer-missing = Choose an answer to each question. If none fits, choose None of the above.
    .terms-not_accepted = Tick the box to agree to the Terms & Conditions
    .phone-not_served = Enter a number in the United States or its territories. Codes are not sent to other countries.
    .phone-not_a_persons = Enter the number of your own phone. Codes are not sent to toll-free or pay numbers.
    .phone-already_held = Enter another number; you already added this one
    .second_email-already_held = Enter another email address; this one is your first one, or your second one already
    .second_email-missing = Enter an email address
    .second_email-bad_form = Enter an email address, such as name@example.com
    .second_email-too_long = Enter a shorter email address
    .email-already_held = Enter another email address; you already added this one
    .first_code-missing = Enter the code from the letter to your first address
    .second_code-missing = Enter the code from the letter to your second address
    .code-missing = Enter the security code
    .code-bad_form = Enter the security code: digits only
    .code-wrong_code = Enter the latest security code. A code works once and for a short time. If this one does not work, ask for a new one.
    .method-missing = Choose how you want to get your security code
    .method-unknown = Choose one of the methods in the list
    .reason-missing = Enter a reason. The person who asked will read it.
    .reason-too_long = Enter a reason of at most { $arg } characters
    .program-missing = Choose a program
    .program-unknown = Choose one of the programs in the list
    .organization-missing = Choose an organization
    .organization-unknown = Choose one of the organizations in the list
    .query-missing = Enter part of the organization’s name
    .roles-missing = Choose at least one role
    .roles-unknown = Choose roles from the list
    .roles-already_held = You already have this role. You do not need to ask for it again.
    .roles-already_asked = You already asked for this role. Your request is waiting for a decision.

# Home and portal

welcome =
    .title = Welcome
    .headline = One account for your quality reporting applications
    .lead = Sign in once, prove who you are once, and reach every application that your organization has given you a role in.
    .sign-in = Sign in
    .sign-up = Sign up
    .one-title = One user ID
    .one-text = The same user ID and password open every application that uses this portal. You manage them in one place.
    .safe-title = Only you
    .safe-text = Each time you sign in, we ask for a security code from your phone or app. A stolen password alone opens nothing.
    .roles-title = The right access
    .roles-text = Ask for a role online. A Security Official of your organization decides, and we tell you by email.
    .need-title = Before you sign up
    .need-lead = It takes about ten minutes. Have these ready:
    .need-email = the email address you use at work
    .need-ssn = your Social Security number, if you want to prove your identity online
    .need-phone = a phone that gets text messages, or an authenticator app

portal =
    .title = Home
    .hello = Hello, { $name }
    .tasks = Finish setting up
    .task-email = Confirm your email address
    .task-identity = Prove your identity
    .task-device = Add a sign-in code or device
    .task-role = Ask for a role
    .to-do = To do
    .waiting = Waiting
    .done = Done
    .applications = Your applications
    .no-applications = You have no applications yet. You reach an application once a Security Official has approved your role in it.
    .request-role = Request a Role
    .all-roles = See all your roles
    .requests-waiting = { $count ->
        [one] { $count } request of yours is waiting for a decision
       *[other] { $count } requests of yours are waiting for a decision
    }
    .to-decide = { $count ->
        [one] { $count } role request is waiting for your decision.
       *[other] { $count } role requests are waiting for your decision.
    }
    .decide = Open the requests

# Signing in

sign-in =
    .title = Sign in
    .heading = Sign in to { $product }
    .to = to continue to { $application }
    .username = User ID
    .password = Password
    .agree = I agree to the Terms & Conditions
    .submit = Sign in
    .read-terms = Read the Terms & Conditions
    .forgot = Forgot your user ID or password?
    .trouble = Having trouble signing in?
    .no-account = Don’t have an account?
    .sign-up = Sign Up
    .no-match = Enter the user ID and password that belong together. What you entered does not match an account.
    .after-idle = You were signed out because nothing happened for a while. Sign in again to go on where you were.
    .after-long = Your session ended because it was open for a long time. Sign in again to go on where you were.
    .again = Sign in again to go on.
    .again-not-email = Sign in again to go on. You signed in with a code by email: to change your sign-in codes and devices, choose another way this time.
    .asked-again = { $application } asks you to sign in again.
    .too-old-minutes = { $minutes ->
        [one] Your last sign-in was more than a minute ago. { $application } asks you to sign in again.
       *[other] Your last sign-in was more than { $minutes } minutes ago. { $application } asks you to sign in again.
    }
    .too-old-hours = { $hours ->
        [one] Your last sign-in was more than an hour ago. { $application } asks you to sign in again.
       *[other] Your last sign-in was more than { $hours } hours ago. { $application } asks you to sign in again.
    }
    .somebody-else = { $application } expects another person than the one who is signed in here. Sign in as that person to go on.
    .with-passkey = Sign in with a passkey
    .passkey-wrong = That passkey did not sign you in. Sign in with your user ID and password.
    .passkey-over = The time for that passkey was up. Try again, or sign in with your user ID and password.
    .passkey-nothing = No passkey answered. Sign in with your user ID and password, or try again.
    .passkey-failed = Your browser could not ask for a passkey. Sign in with your user ID and password.
    .set-up-next = Sign in with your new user ID and password. Next, you add a sign-in code or device.

warning =
    .title = Before you sign in
    .p1 = This system is provided for Government-authorized use only. The warning covers this network, all computers connected to it, and all devices and storage media attached to the network or to a computer on it.
    .p2 = What you do here may be watched, recorded and audited. Using the system without permission, or in a way that is not allowed, may lead to disciplinary action and to civil and criminal penalties.
    .p3 = By using the system you understand and agree that you have no reasonable expectation of privacy in anything you send through it or store on it, and that it may be disclosed for any lawful Government purpose.

choose-method =
    .title = Choose how to get your security code
    .lead = Your password was the first step. The second is a security code, each time you sign in.
    .method = Send the code by
    .submit = Send Code
    .only = Your password was the first step. The second is a security code, each time you sign in. You get it by: { $device }.
    .lost = I cannot use any of these
    .none = None of your sign-in codes and devices works here now.
    .off = Switched off here, because too many wrong codes in a row were entered:
    .off-next = They may still work in a browser that you have used to sign in here before. Once you are signed in, remove them and add them again.

enter-code =
    .title = Enter your security code
    .sent-to = We sent a security code to your { $contact }.
    .called = We are calling your { $contact }. A voice reads out a security code, twice.
    .mailed = We sent a security code to { $contact }.
    .from-app = Open your authenticator app and enter the code that it shows now.
    .from-paper = Enter one of your recovery codes, with its number in front. Each works once.
    .recovery-code = Recovery code
    .recovery-hint = For example 3-7k2p-9x0m-4tvwe. Capital letters, spaces and hyphens do not matter.
    .life = { $minutes ->
        [one] It works for { $minutes } minute.
       *[other] It works for { $minutes } minutes.
    }
    .code = Security code
    .code-hint = 6 digits. Spaces do not matter.
    .need-new = Need a new code?
    .resend = Resend Code
    .change = Use another way to get a code
    .sent-again = We sent a new code. Only the newest code works.
    .no-more = We cannot send more codes for now, because many were asked for. Use the newest code you have, or wait and sign in again later.
    .never-tell = Nobody from { $product } will ask you for this code.

use-passkey =
    .title = Use your passkey
    .lead = The next step is your passkey: { $name }. Any other passkey that you have added will do, too.
    .how = Your browser asks for it. You unlock it as you unlock your device: with your face, your finger or a PIN.
    .submit = Use passkey
    .change = Use another way
    .wrong = That passkey did not work. Try again, or use another way.

passkey =
    .no-script = A passkey needs JavaScript, which does not run in this browser. Turn it on and open this page again, or use another way.
    .unsupported = This browser cannot use passkeys. Use another browser, or another way.
    .nothing = No passkey answered. Perhaps you cancelled, it took too long, or your passkey is not on this device. Try again, or use another way.
    .held = This device has a passkey for your account already. Use another device, or add something else.
    .failed = Your browser could not ask for a passkey. Try again, or use another way.
    .over = The time for this passkey is up, or it was used already. Try again to go on.
    .retry = Try again

locked =
    .title = Sign-in is locked for now
    .until = You can try again after { $time }.
    .in = { $minutes ->
        [one] That is in { $minutes } minute.
       *[other] That is in { $minutes } minutes.
    }
    .why = There were too many attempts with a wrong user ID, password or security code. The lock protects the account from somebody who is guessing.
    .next-title = What you can do
    .next-wait = Wait until then, and sign in with the right details.
    .next-known = Sign in with a browser that you have used to sign in here before. It is not locked, unless the wrong attempts came from it.
    .next-forgot = If you forgot your password, set a new one: in that browser at once, here after the lock.
    .next-not-you = If it was not you who tried, tell the help desk below.
    .again = Back to sign in

account-locked =
    .title = Your account is locked
    .since = It has been locked since { $time }.
    .why = Somebody opened the link “This was not me” in a letter from us. To keep your account safe, nobody can sign in to it until the help desk unlocks it.

not-me =
    .title = Lock your account?
    .lead = You opened the link “This was not me” in a letter from us. Nothing has changed so far.
    .then = If you lock your account:
    .nobody = Nobody can sign in to it. That includes you.
    .out = Everybody who is signed in to it is signed out, on every device. Devices added since the letter are removed.
    .codes = Security codes and links that we sent for it stop working.
    .back-title = How you get it back
    .back = Call the help desk. They make sure that it is you, and unlock it.
    .submit = Lock my account
    .leave = Leave it as it is
    .locked-title = Your account is locked
    .locked-at = It has been locked since { $time }.
    .locked-what = Nobody can sign in to it, and everybody is signed out.
    .locked-next = Call the help desk now, and tell them that it was not you. They make sure that it is you who calls, and unlock the account.
    .locked-mail = Could somebody else read your email? Change the password of your mailbox, too.
    .dead-title = This link does not work
    .dead-what = { $days ->
        [one] It was used before, is more than { $days } day old, or a part of it is missing.
       *[other] It was used before, is more than { $days } days old, or a part of it is missing.
    }
    .dead-locked = If you locked your account with it, the account stays locked.
    .dead-next-title = What you can do
    .dead-whole = Copy the whole address from the letter, and open it again.
    .dead-sign-in = Sign in, change your password, and look at your sign-in codes and devices.
    .dead-call = If you cannot sign in, or are not sure, call the help desk.

accept-terms =
    .title = Terms & Conditions
    .for = Please accept them to continue to { $application }
    .accept = I accept the above Terms and Conditions
    .required = Accept the terms to continue, or choose Do not accept
    .changed = These terms have changed since you opened the page. Read them again, and accept them to continue
    .submit = Accept
    .decline = Do not accept

step-up =
    .title = Confirm that it is you
    .lead = { $application } asks for one more proof that it is you, for what you are about to do.
    .only = Use this one: { $device }
    .device = Confirm with
    .without = Continue without it
    .without-means = You can continue without it. { $application } may then show you less.
    .leave = Not now
    .leave-means = Without it, { $application } does not open what you were going to.
    .add-title = Add a stronger way to sign in
    .add-passkey-title = Add a passkey
    .add-lead = { $application } asks for a stronger proof that it is you than any of your sign-in codes and devices gives.
    .add-one = This gives it. When it is added, you go on from here:
    .add-one-of = Each of these gives it. When one is added, you go on from here:
    .add = Add it now

sign-in-expired =
    .title = This sign-in has ended
    .why = It took longer than a sign-in may take, or you finished it in another tab or window.
    .next = Nothing is lost. Start again from here, or from the application that you came from.
    .again = Sign in

sign-in-help =
    .title = Forgot your user ID or password?
    .lead = We can write your user ID to the email address that you confirmed. A forgotten password you replace with a code from a letter and one of your sign-in codes or devices.
    .before-title = Before you call
    .before-caps = Check the Caps Lock key. A password tells apart upper and lower case.
    .before-manager = Look in your browser or password manager. It may have saved them.
    .before-device = If you lost your phone or device, use another one that you added.
    .who-title = Who helps you
    .never = We never ask you for your password or for a security code.
    .back = Back to sign in

forgot-user-id =
    .title = I forgot my user ID
    .lead = Enter the email address that you confirmed for your account. We write your user ID to it.
    .submit = Send my user ID
    .too-many = We were asked for this too often lately. Look for the letters that we sent, or try again in an hour.

user-id-sent =
    .title = Look into your email
    .what = If an account has confirmed this email address, a letter with its user ID is on its way.
    .soon = It arrives within a few minutes. For your safety we do not show here whether there is an account.
    .none-title = If no letter comes
    .none-junk = Look into the folder for junk mail.
    .none-other = Try another address that you may have used. It only works with an address that you confirmed with a code.
    .none-call = Ask the help desk. They make sure that it is you.

forgot-password =
    .title = I forgot my password
    .lead = Enter your user ID. Then you set a new password in three steps:
    .step-letter = You enter a code that we send to the email address that you confirmed.
    .step-device = You enter a security code from your phone or authenticator app.
    .step-new = You choose a new password.
    .too-many = We were asked for this too often lately. Use the newest letter that we sent, or try again in an hour.

letter-code-page =
    .title = Look into your email
    .what = If this user ID has an account that can be recovered here, a letter with a code is on its way to its confirmed email address.
    .safety = For your safety we do not show here whether there is such an account.
    .code = Code from the letter
    .none-again = Check your user ID, and ask for another letter.
    .none-call = An account that is locked, has no confirmed email address, or no sign-in code or device cannot be recovered here. Call the help desk.

recover-device =
    .title = Prove that it is you
    .lead = The code from the letter was right. Now choose one of your sign-in codes or devices.
    .lost = For your safety a letter alone is not enough. Call the help desk. They make sure that it is you.

new-password =
    .title = Choose a new password
    .what = Both codes were right. With the new password, everybody who is signed in to your account is signed out.
    .submit = Set password

password-set =
    .title = Your new password is set
    .what = Everybody who was signed in to your account is signed out, on every device.
    .letter = We wrote to your email address that this happened.
    .next = Sign in with the new password

recovery-over =
    .title = You cannot go on here
    .why = It took longer than it may take, you finished it in another tab or window, or something about the account was changed meanwhile.
    .next = Your password is only changed if you saw the page that says so.
    .again = Start again

sign-out =
    .title = Sign out?
    .what = This ends your session with { $product }, in this browser and wherever it was copied to.
    .submit = Sign out
    .stay = Stay signed in

signed-out =
    .title = You are signed out
    .what = If you share this computer, close the browser too.
    .back = Back to { $application }
    .again = Sign in again

lost-device =
    .title = You have none of your devices
    .letters = If you have both of your mailboxes, you can set up a new device. We send a code to each of these addresses:
    .to = Letter to { $email }
    .then-title = What happens then
    .then-suspended = The sign-in codes and devices that you have now stop working, and everybody is signed out.
    .then-told = We tell you so at both addresses, with a link that stops it.
    .then-wait = { $hours ->
        [one] After { $hours } hour you sign in with your password and one more code, and set up a new device.
       *[other] After { $hours } hours you sign in with your password and one more code, and set up a new device.
    }
    .send-both = Send both codes
    .waiting = You can set up a new device from { $time } on.
    .waiting-next = Then sign in again with your user ID and password. We send you one more code, and you add a new device.
    .ready = You can set up a new device now. First we send a code to { $email }.
    .send = Send Code
    .help-desk = To set up a new device yourself, you need two confirmed email addresses. Your account does not have them.
    .help-desk-next = The help desk can help you. Two people there look at it, and it takes a day at least.
    .help-title = If that does not work
    .help = Call the help desk. They never ask for your password or your Social Security number.
    .back = Back to your sign-in codes and devices
    .codes-title = Enter the codes from both letters
    .codes-what = Both codes are needed.
    .first-sent = First code: sent to { $email }
    .second-sent = Second code: sent to { $email }
    .first-code = First code
    .second-code = Second code
    .suspend = Suspend my devices
    .wrong = Enter both codes as they stand in the newest letters. They do not match.
    .begun-title = Your devices are suspended
    .begun-what = Nobody can sign in with them any more, and everybody is signed out. We told you so at both addresses.
    .enter-title = Enter the code from the letter

# Signing up

details =
    .title = Your details
    .one-account = One person has one account.
    .have-account = I have an account: sign in
    .lead = Enter your name and address as they stand in official records. We use them to prove that you are you.
    .name-group = About you
    .first-name = First name
    .middle-name = Middle name
    .last-name = Last name
    .birth-date = Date of birth
    .birth-date-hint = Month, day and year, for example 3 27 1985
    .contact-group = How we reach you
    .email = Email address
    .email-hint = Use your corporate email address, the one you have at work.
    .confirm-email = Confirm email address
    .phone = Phone number
    .phone-hint = For example 202 555 0143. Outside the United States, start with + and the country code.
    .address-group = Home address
    .country = Country
    .address-line1 = Home address line 1
    .address-line2 = Home address line 2
    .city = City
    .state = State / Territory / District
    .zip = ZIP code
    .reviewed = I have reviewed and confirmed my account information above. This information should be used to create my HARP account.

account =
    .title = User ID and password
    .username = User ID
    .username-hint = 5 to 100 letters, numbers and symbols, no spaces. You cannot change it later.
    .password = Password
    .confirm-password = Confirm password
    .question-group = Challenge question
    .question-why = When you call the help desk, we may ask you this question first. The answer alone never opens your account.
    .question = Question
    .answer = Answer
    .answer-hint = 4 to 100 letters and numbers. Upper and lower case do not matter.

password-rule =
    .title = Your password
    .length = has at least { $min } characters
    .lowercase = has a lowercase letter (a to z)
    .uppercase = has an uppercase letter (A to Z)
    .digit = has a number (0 to 9)
    .symbol = has one of these symbols: { $symbols }
    .banned = has none of these characters: { $banned }
    .no-username = does not contain your user ID
    .no-name = does not contain your first or last name
    .not-words = is not your name or user ID
    .not-common = is not on a list of common or stolen passwords
    .met = met
    .missing = not met yet

question =
    .first_pet = What was the name of your first pet?
    .birth_city = In which city were you born?
    .first_school = What was the name of your first school?
    .first_car = What was the make of your first car?
    .favorite_teacher = What is the last name of your favorite teacher?
    .childhood_street = On which street did you live as a child?

identity =
    .title = Prove your identity
    .why = Your account can open applications that hold sensitive health and personal information. So we check that you are who you say you are.
    .how-title = How it works
    .how = You enter your Social Security number. A verification service finds records about you and asks five questions that you can answer, for example about past addresses or employers.
    .ssn = Social Security number
    .ssn-hint = 9 digits. Spaces and dashes do not matter.
    .ssn-title = What happens to your number
    .ssn-use = We use it once, to find your records. Nothing else is done with it.
    .ssn-keep = We do not keep it. Nobody at the help desk can see it.
    .ssn-credit = The check does not change your credit score.
    .submit = Continue to the questions
    .later-title = You would rather not?
    .later = You can finish your account without it and prove your identity later. Until then you cannot ask for roles.
    .later-submit = Prove it later
    .timed-out = The questions were not answered in time. Enter your number again to get new ones.
    .vendor-rests = { $minutes ->
        [one] The verification service does not answer. This used up no attempt. Try again in { $minutes } minute, or prove your identity later.
       *[other] The verification service does not answer. This used up no attempt. Try again in { $minutes } minutes, or prove your identity later.
    }
    .under-way = We are asking the verification service for your questions already. Wait a few seconds, then load this page again.
    .vendor-down = The verification service cannot be reached now. This used up no attempt. Try again in a few minutes, or prove your identity later.

questions =
    .title = Five questions about you
    .lead = Choose the right answer to each. If none is right, choose None of the above.
    .time = { $minutes ->
        [one] You have { $minutes } minute for all of them. It starts when the questions appear.
       *[other] You have { $minutes } minutes for all of them. They start when the questions appear.
    }
    .none = None of the above
    .submit = Submit answers

identity-known =
    .proved-title = Your identity is proved
    .proved = You answered the questions correctly. You can ask for roles once your account is set up.
    .signal-title = Your answers were received
    .signal = They help to keep your account safe. By themselves they do not prove an identity here. The help desk below can tell you what does.
    .create = Create account

has-account =
    .title = You already have an account
    .what = You proved who you are, and one person has one account. So we did not create another one.
    .next = Sign in with the user ID and password that you have. If you no longer know them, the help desk below can help.
    .sign-in = Sign in

vendor-waiting =
    .title = We are waiting for an answer
    .what = The verification service has not answered yet. You do not need to stay on this page.
    .since = We asked
    .until = We wait until
    .next-title = What happens next
    .next = When it answers, we send you an email, if you have confirmed your address. If it does not answer in time, you can try again. You can sign in and set up your account in the meantime.
    .go-on = Sign in to complete set-up

not-verified =
    .title = We could not verify your identity
    .what = The information did not lead to a match. For your safety we cannot say which part.
    .common = This happens to many people, for example after a move, a change of name, or when a credit file is frozen.
    .next-title = What you can do
    .left = { $count ->
        [one] You can try { $count } more time. Check your name, date of birth and address first.
       *[other] You can try { $count } more times. Check your name, date of birth and address first.
    }
    .again = Try again
    .later = Go on and prove it later
    .again-at = You can try again after { $time }.
    .help = The help desk below can tell you what else is possible.
    .go-on = Go on without it
    .without = Your account works without it, but you cannot ask for roles until your identity is proved.

done =
    .title = Your account is created
    .username = Your user ID is { $username }. You need it each time you sign in.
    .next = One step is left: sign in, and add a sign-in code or device. Your account cannot open any application before that.
    .sign-in = Sign in to complete set-up
    .email-title = Your email address
    .email = We sent a confirmation with a code to { $email }.
    .confirm = Enter the code
    .identity-title = Your identity
    .identity-proved = Your identity is proved. You can ask for roles after set-up.
    .identity-waiting = We are waiting for the verification service. We send you an email when it answers, if you have confirmed your address.
    .identity-not-yet = Your identity is not proved yet. You can do it after set-up, from your profile. Until then you cannot ask for roles.

confirm-email =
    .title = Confirm your email address
    .sent-to = We sent a code to { $email }.
    .life = { $hours ->
        [one] It works for { $hours } hour.
       *[other] It works for { $hours } hours.
    }
    .sent-again = We sent a new code. Only the newest code works.
    .why = We use the address for notices about your account only once you have confirmed it.
    .code = Code from the email
    .code-hint = 6 digits. Spaces do not matter.
    .submit = Confirm address
    .not-there = Nothing there? Look in the spam folder too.
    .wrong-address = Wrong address?
    .taken = Another account has confirmed this address. Use another address, or sign in to that account.
    .change = Change the address

change-email =
    .title = Change your email address
    .what = We send a code to the new address. It replaces the old one when you enter the code.
    .submit = Send code

email-confirmed =
    .title = Email address confirmed
    .what = From now on we send notices about your account to { $email }.

draft-expired =
    .title = Your registration was not finished in time
    .why = { $hours ->
        [one] We keep what you entered for { $hours } hour. Then we delete it, to protect you.
       *[other] We keep what you entered for { $hours } hours. Then we delete it, to protect you.
    }
    .next = You can start again at any time. No account was created.
    .again = Start again

# Set-up: sign-in codes and devices

set-up =
    .title = Set up two-factor authentication
    .why = Before we can provision your new account, you need to set up a sign-in code or device. You cannot open any application until this is complete.
    .why-application = Before we can provision your new account, you need to set up a sign-in code or device. You cannot access { $application } until this is complete.
    .what = All accounts need two-factor authentication: besides your password, something that only you have.
    .learn = Learn more
    .none = You have not added a sign-in code or device yet.
    .add-first = Add a sign-in code or device
    .add-another = Add another
    .two = Add two, if you can. If you lose one, the other still lets you in.
    .complete = Complete set-up
    .not-yet = You can complete set-up when at least one sign-in code or device is active.
    .not-email-alone = Codes by email alone are not enough. You can complete set-up when a phone or an authenticator app is active, too.

device-table =
    .caption = Your sign-in codes and devices
    .type = Device type
    .contact = Contact
    .status = Status
    .action = Action
    .active = ACTIVE
    .unverified = Not confirmed
    .off-strangers = Off in new browsers
    .off = Switched off
    .off-why = Too many wrong codes in a row switch a sign-in code or device off, at first in browsers where you have not signed in before. Sign in with it where you have, or remove it and add it again. If it was not you who entered the codes, somebody knows your password: change it.
    .suspended = SUSPENDED
    .remove = Remove
    .suspend = Suspend
    .resume = Use again

add-device =
    .title = Add a sign-in code or device
    .method = Device type
    .too-many = You have as many as an account may have. Remove one first.

recovery-codes =
    .title = Make recovery codes
    .what = You get ten codes to print. When your phone or app is not at hand, your password and one of the codes let you in. Each code works once.
    .left = { $count ->
        [one] You have { $count } code left.
       *[other] You have { $count } codes left.
    }
    .instead = New codes take their place: what you printed before does not work any more.
    .make = Make codes
    .shown-title = Your recovery codes
    .once = We show them this once. Print this page or save the file, and keep it where nobody else looks, not beside your password.
    .how = To use one, sign in with your password, choose “Recovery code”, and enter it with its number in front.
    .download = Save as a text file
    .file = Recovery codes for { $product }. Each works once.
    .done = I have printed or saved them
    .offer = Make recovery codes to print
    .renew = Make new recovery codes

add-phone =
    .sms-title = Get codes by text message
    .sms-lead = Enter the number of a phone that gets text messages. We send a security code to it.
    .voice-title = Get codes by phone call
    .voice-lead = Enter a phone number. We call it and read out a security code.
    .phone = Phone number
    .phone-hint = For example 202 555 0143. It must be a number of your own in the United States or its territories.
    .risk = Text messages and calls are the weakest of the methods: a thief who takes over your phone number gets your codes. An authenticator app is safer. Your phone company may charge for messages.
    .submit = Send Code
    .too-many = We cannot send more codes for now, because many were asked for. Wait an hour, or add an authenticator app.

add-email =
    .title = Get codes by email
    .lead = We send a security code to this address, now and each time you choose it to sign in.
    .email = Email address
    .risk = Codes by email are weaker than the other methods, because whoever reads your mailbox gets them. Some applications do not take them, and you cannot change your sign-in codes and devices after signing in with one.
    .submit = Send Code

add-totp =
    .title = Add an authenticator app
    .lead = Use any app that shows six-digit codes, such as Google Authenticator or Okta Verify.
    .scan-title = 1. Tell the app about your account
    .scan = In the app, choose to add an account, and scan this picture.
    .qr = QR code for your authenticator app
    .type = Cannot scan it? Type this key into the app. Upper and lower case and spaces do not matter.
    .enter-title = 2. Enter the code that it shows
    .code = Security code

add-passkey =
    .title = Add a passkey
    .lead = A passkey is a key that your phone, computer or security key keeps for you. You unlock it as you unlock the device, and nobody can trick you out of it.
    .name = Name of the passkey
    .name-hint = So that you know it from others, for example My phone or Blue security key.
    .unnamed = Passkey
    .next = Your browser asks where to keep it, and shows you how to unlock it.
    .submit = Create passkey
    .change = Add something else
    .refused = Your browser's answer was not a new passkey. Try again, or add something else.
    .known = You have added this passkey already. Add another one, or something else.

device-code =
    .title = Enter the security code
    .locked = Enter a code again after { $time }. There were too many wrong ones.

set-up-done =
    .title = Set-up is complete
    .what = From now on we ask for a security code each time you sign in.
    .one = You have one sign-in code or device. If you lose it, only the help desk can let you in.
    .add = Add another
    .next = You may close the browser, or go on:
    .to-application = Sign in to { $application }
    .to-profile = Sign in to { $product } user profile

remove-device =
    .title = Remove this sign-in code or device?
    .what = You can no longer sign in with it. We tell you by email that it was removed.
    .last = It is the only one you have. You have to add another one before you can complete set-up.
    .must-stay = It is the only one you have, and every account needs one. Codes by email do not count. Add another one first, then you can remove this one.
    .keep = Keep it
    .submit = Remove

suspend-device =
    .title = Suspend this sign-in code or device?
    .what = It works nowhere from now on, until you use it again. You are signed out everywhere else, and we tell you by email.
    .last = It is the only one with which you can sign in. Add another one first if you can. Without one, you get back in with codes from letters to both of your email addresses, or by the help desk.
    .keep = Keep it active
    .submit = Suspend

resume-device =
    .title = Use this sign-in code or device again?
    .what = Do so only if it was in nobody else’s hands. If somebody may have used it, remove it and add it anew. We tell you by email.
    .submit = Use again

# Profile

profile =
    .title = Profile
    .details = Your details
    .name = Name
    .email-confirmed = Confirmed
    .email-not-yet = Not confirmed
    .identity = Identity
    .identity-proved = Proved
    .identity-not-yet = Not proved yet
    .change = To correct your name, date of birth, phone or address, call the help desk. You cannot change them online yet.
    .security = Signing in
    .devices = { $count ->
        [one] { $count } active
       *[other] { $count } active
    }
    .manage-devices = Add or remove
    .see-sessions = See where you are signed in
    .saved-password = Your password is changed. We signed you out everywhere else.
    .help-desk = Help desk
    .saved-challenge = Your challenge question is changed.

second-address =
    .title = Add a second email address
    .label = Second email address
    .why = We write to it, too, when something changes in your account. Choose a private one: you lose the first when you leave your employer. With both you can get back in if you lose your phone.
    .email = Second email address
    .email-hint = You cannot sign in with it, and applications do not learn it.
    .submit = Send Code
    .later = Later
    .none = You have none yet.
    .replaces = Once its code is entered, it takes the place of { $email }.
    .code-title = Confirm your second email address
    .change = Change it
    .remove = Remove it
    .remove-title = Remove your second email address?
    .remove-what = We no longer write to { $email }.
    .remove-then = If you lose your phone, the help desk has to let you in. We tell you at both addresses that it was removed.

profile-devices =
    .title = Sign-in codes and devices

change-password =
    .title = Change password
    .what = Changing it signs you out everywhere else.
    .current = Password that you use now
    .new = New password
    .submit = Change password

change-challenge =
    .title = Change challenge question
    .submit = Change question

sessions =
    .title = Where you are signed in
    .lead = If you do not know one of these, sign it out and change your password.
    .caption = Sessions
    .device = Device
    .place = Place
    .started = Signed in
    .seen = Last active
    .this = This one
    .unknown = Not known
    .end = Sign out
    .end-others = Sign out everywhere else

# Roles

roles =
    .title = User Roles
    .caption = My roles
    .none = You have no roles yet. You get one when a Security Official approves your request.
    .prove-first = Roles open sensitive information. Prove your identity first; then you can ask for a role.
    .requests = My requests
    .since = Since
    .until = Until
    .no-end = no end date

choose-program =
    .missing = Choose a program
    .title = Select a Program
    .program = Program
    .none = There is no program yet in which you can ask for a role.
    .back = Back to User Roles

choose-organization =
    .missing = Search, then choose an organization
    .title = Select an Organization
    .for = For the program { $program }
    .query = Search for an organization
    .query-hint = Enter part of its name, for example CJR
    .search = Search
    .organization = Choose your organization
    .nothing = No organization has “{ $query }” in its name.
    .nothing-next = Try a shorter part of the name. If your organization is missing, ask the help desk below.
    .more = More organizations were found than are shown. Enter more of the name to see them.

choose-roles =
    .title = Select Roles
    .too-many = Too many of your requests wait for a decision. Wait until some are decided, then ask again
    .roles = Roles
    .roles-hint = Choose all that you need
    .none = There is no further role that you can ask for here.
    .held = You have this role
    .asked = Waiting for a decision
    .who = A Security Official of the organization decides. We tell you by email.

request =
    .id = Request ID
    .program = Program
    .role = Role
    .date = Request date
    .requester = Requester
    .status = Status
    .pending = Pending
    .approved = Approved
    .denied = Denied
    .by = By { $name },
    .because = Reason: { $reason }

requests =
    .title = My requests
    .submitted = Your request is submitted. Its Request ID is { $id }.
    .submitted-next = A Security Official of the organization decides. We tell you by email, whatever the decision is.
    .pending = Pending Requests
    .decided = Decided requests
    .none = No request of yours is waiting for a decision.
    .who = A Security Official of the organization decides each of these.
    .earlier = Show earlier decided requests
    .newest = Back to the newest requests

# The Security Official's desk

queue =
    .title = Role requests
    .caption = Pending requests
    .lead = These people wait for your decision. The oldest request comes first.
    .none = No request is waiting for you.
    .no-more = No more requests come after those you saw.
    .more = More requests wait than this page shows.
    .next = Show the next requests
    .first = Back to the oldest requests
    .none-next = When somebody asks for a role in one of your organizations, you get an email and find the request here.
    .approved = You approved the request of { $requester }. We told them by email.
    .denied = You denied the request of { $requester }. We told them the reason by email.

review =
    .title = Request of { $requester }
    .person = About the person
    .roles = Other roles here
    .no-roles = none
    .check = Approve only if you know that this person needs the role for work at the organization.
    .approve = Approve request
    .deny = Deny request
    .only-deny = This person cannot be given a role now: their account is not active, or their identity is not verified. You can wait, or deny the request.
    .own = This is your own request. Another Security Official has to decide it.

approve =
    .title = Approve this request?
    .what = You give access to { $requester }.
    .then = The person can use the role at once, and gets an email.
    .back = Back to the request

deny =
    .title = Deny this request?
    .what = You refuse access to { $requester }.
    .reason = Reason
    .reason-hint = The person reads this in an email. Do not write anything confidential.

# The help desk's console

help-desk =
    .title = Help desk
    .lead = Look up one account by its exact user ID or email address. Every search is recorded with your name and your reason.
    .who = User ID or email address
    .who-hint = As the caller spells it. You see an account only if it matches exactly.
    .open = Open a case
    .waiting = Resets that wait for a second agent
    .none-waiting = None waits. When another agent asks for a reset, it stands here.
    .asked-by = asked for by { $agent }
    .nobody = Nobody has this user ID, or has confirmed this address. Ask the caller to spell it again
    .own = This is your own account. Ask another agent
    .too-many = You have looked up so many accounts lately that you have to wait an hour
    .case = Case: { $username }
    .caller = Who is calling?
    .not-proved = You cannot do anything before the caller has read out a code. We send it to the confirmed addresses of the account, and show it in the profile of whoever is signed in. It works for ten minutes.
    .send = Send the code
    .code = Code that the caller reads out
    .check = Check the code
    .no-more-codes = There were too many wrong codes in this case. End the call, and call back by the number in your directory
    .proved = The caller has read out the right code. Choose what to do:
    .end-sessions = Sign out everywhere
    .end-sessions-what = Everybody who is signed in to { $username } is signed out.
    .unlock = Unlock
    .unlock-what = { $username } can sign in again, if the account or its sign-in is locked. The password stays as it is: ask the caller to change it.
    .send-letter = Send the confirmation letter again
    .send-letter-what = The first address of { $username } gets a new code, if it is not confirmed yet.
    .reset = Ask for a reset of all devices
    .reset-what = Another agent decides. If they approve, no device of { $username } works any more, and after a day a new one can be set up.
    .told = The owner is told by letter at all confirmed addresses. Your reason is recorded.
    .account = Account
    .why-open = Why this case is open
    .why-reset = Why a reset is asked for
    .standing = State
    .pending = Not set up yet
    .active = Active
    .locked = Locked
    .disabled = Disabled
    .sign-in-locked = Nobody can sign in until { $time }: there were too many wrong attempts.
    .reset-ready = A new device can be set up from { $time } on.
    .addresses = Email addresses
    .letters = Last letters and codes
    .nothing = None
    .letter-sent = sent
    .letter-arrived = arrived
    .letter-given-up = not delivered
    .letter-waiting = on its way
    .letter-again = failed, is tried again
    .decide = Reset all devices?
    .decide-what = Another agent wants to reset the devices of { $username }. Look at the case, and say what you think of it. You answer for it, too.
    .decide-wait = { $hours ->
        [one] If you approve, the owner has { $hours } hour to stop it.
       *[other] If you approve, the owner has { $hours } hours to stop it.
    }
    .approve = Approve the reset
    .refuse = Refuse
    .not-possible = The account has changed since, or the agent who asked has left. You can only refuse
    .done = It is done, and the owner is told.
    .done-sent = The code is on its way. Ask the caller to read it out.
    .done-nothing = There was nothing to do.
    .done-takes-two = The owner locked this account. One person cannot unlock it. Ask for a reset: when another agent approves it, the account is unlocked, and after the wait a new device can be set up.
    .done-asked = Another agent decides now. You find nothing more to do here.
    .done-approved = The reset is approved. The owner is told, and can stop it.
    .done-refused = The reset is refused. The owner is told.
    .done-gone = This case is closed, or is decided already.

read-out =
    .title = Code for the help desk
    .what = If you are talking to the help desk now, read this code out to them:
    .until = It works until { $time }.
    .only = Did somebody call you and ask for it? Hang up. Call the help desk by the number below.
    .none = Nobody at the help desk is waiting for a code from you. When you call them, they make one, and it stands here.

# When something goes wrong

failure =
    .home = Go to the first page
    .request = If you ask the help desk, give this number: { $id }
    .bad-title = We could not read that request
    .bad-what = The address or the form was not complete.
    .bad-next = Go back and try again, or start from the first page.
    .forbidden-title = You cannot open this page
    .forbidden-what = Your account does not have the role that this page needs.
    .forbidden-next = If you need it for your work, ask for the role under User Roles, or ask your Security Official.
    .stale-title = This form is out of date
    .stale-what = You signed in or out in another tab or window, or the page was open for too long. Nothing was changed.
    .stale-next = Go back, reload the page, and send the form again.
    .missing-title = Page not found
    .missing-what = There is nothing at this address.
    .missing-next = If you typed it, check it. If a link led you here, it may be old.
    .method-title = This page cannot do that
    .method-what = The page exists, but not for what was asked of it.
    .method-next = Go back and use the buttons on the page.
    .large-title = That is too much at once
    .large-what = What you sent is larger than we accept.
    .large-next = Go back and enter less, or send a smaller file.
    .unreadable-title = We could not read the form
    .unreadable-what = Something in it was missing or in a form that we do not know.
    .unreadable-next = Go back and enter it again.
    .many-title = Too many tries
    .many-what = We got many requests like this in a short time, and we stop for a while to protect your account.
    .many-until = You can try again after { $time }.
    .many-next = Wait a little, then try again.
    .internal-title = Something went wrong here
    .internal-what = It is our fault and not yours. We have a record of it.
    .internal-next = Try again in a few minutes. If it happens again, tell the help desk.
    .unavailable-title = We cannot do that right now
    .unavailable-what = A part of the system is busy or being repaired.
    .unavailable-next = Try again in a few minutes. What you finished before is safe.

protocol =
    .title = The application sent you here in a way that we cannot accept
    .what = An application asked us to sign you in, but we cannot be sure where to send you back to. To protect you, we stopped here.
    .what-application = { $application } asked us to sign you in, but we cannot be sure where to send you back to. To protect you, we stopped here.
    .next = You did nothing wrong. Go back to the application and try again. If it happens again, tell the people who run it.
    .developer = For the developer of the application
    .error = Error
    .description = What to look at
    .request = Request id

# Help and legal

help =
    .title = Who can help me
    .first-title = First: your Security Official
    .first = The Security Administrator/Official of your organization decides about roles and knows your work. Ask there first about roles and requests.
    .second-title = Then: the help desk
    .second = For your account, your password, your sign-in codes and anything else.
    .topics = Common questions

codes =
    .title = Sign-in codes and devices
    .what = Two-factor authentication is an extra layer of protection. Besides your password it needs something that only you can get, such as a security code that comes by text message or phone call, or from an app.
    .why = A password can be guessed, stolen or tricked out of you. With a code from your own phone or app, a stolen password alone opens nothing. That is why we ask for a new code each time.
    .which-title = What you can use
    .lost-title = If you lose your phone
    .lost = Sign in with another sign-in code or device, and remove the lost one from your profile. If you have no other, call the help desk.

accessibility =
    .title = Accessibility
    .lead = Everybody should be able to use these pages: with a keyboard alone, with a screen reader, on a small phone, or zoomed in to 400 percent.
    .how-title = How we build
    .how = We follow the Web Content Accessibility Guidelines 2.2 at level AA. No page needs scripts. Colours have enough contrast, in light and in dark.
    .know-title = What we know is missing
    .know = We try every page by keyboard and with testing tools. People who use a screen reader every day have not tried them all yet.
    .time-title = Time to think
    .time = Every page says when your session ends. Where scripts run, you are told two minutes before and can stay signed in. If it ends while you type, sign in again: what you typed is there, but for passwords and codes.
    .tell-title = Tell us
    .tell = If something keeps you from using a page, call or write to the help desk below. We can also do it together on the telephone.

privacy =
    .title = Privacy
    .lead = We ask only for what we need to know who you are, and use it for nothing else.
    .what-title = What we keep
    .what = Your name, date of birth, address, email address and phone number; your user ID; your password in a form that cannot be read back; your roles and requests; and a record of when and from where you signed in.
    .ssn-title = Your Social Security number
    .ssn = If you enter it, we pass it to the verification service once, to find your records. We do not keep it.
    .use-title = Who gets what
    .use = An application that you open learns who you are and which roles you have in it, and not which roles you have elsewhere. Security Officials of your organization see your name, email address and requests.
    .keep-title = Records
    .keep = Each sign-in, change and decision is recorded, so that misuse can be found.
    .cookies-title = Cookies
    .cookies = We use only the cookies that keep you signed in, protect the forms, and let us know a browser where you have signed in before, so that nobody can lock you out there. Nobody follows you with them.

terms =
    .title = Terms & Conditions
    .lead = By signing in you agree to these terms.
    .use-title = Use
    .use = Use this system only for work that you are authorized to do for the Government or for your organization.
    .account-title = Your account
    .account = Your account is yours alone. Do not share your password or your codes, and do not let anybody else use your session. Enter only true information.
    .watch-title = Monitoring
    .watch = What you do here may be watched, recorded and audited, and may be disclosed for any lawful Government purpose. You have no reasonable expectation of privacy in it.
    .end-title = Misuse
    .end = Using the system without permission, or in a way that is not allowed, may end your access and may lead to disciplinary action and to civil and criminal penalties.
    .version = Version { $version }

catalogue =
    .title = All pages and letters
    .lead = Every page and every letter in every state, with made-up data. Only the demonstration has this page.
    .pages = Pages
    .letters = Letters
    .html = See it as HTML

# Letters: email, text message, speech

letter =
    .code = Your code
    .or-open = Or open this address in your browser:
    .never = Nobody from { $product } will ask you for a code or your password.

letter-text =
    .code = { $product }: { $code } is your security code. It works for { $minutes } minutes. Nobody from { $product } will ask for it.
    .alert = { $product }: { $subject }. Not you? { $link }
    .other = { $product }: { $subject }. Sign in to read more.

letter-speech =
    .code = Hello. This is { $product }. Your security code is: { $digits }. Again, your security code is: { $digits }. Nobody from { $product } will ask you for it.
    .other = Hello. This is { $product }. { $subject }. Sign in to read more.
    .again = To hear it again, press any key.
    .over = This security code does not work any more. Go back to the page and ask for another one. Goodbye.

letter-completed =
    .subject = Your account is created
    .what = Your account is created. Enter this code to confirm that you read this address.
    .next = Then sign in, and add a sign-in code or device. Your account cannot open any application before that.
    .button = Confirm your email address
    .not-you = If you did not sign up, do nothing: the address is not used without the code. Tell the help desk if this happens again.

letter-confirm =
    .subject = Confirm your email address
    .what = Enter this code to confirm that you read this address.
    .not-you = If you did not ask for this, do nothing: the address is not used without the code.

letter-registered =
    .subject = You already have an account
    .what = Somebody signed up with your email address, or with your details. You already have an account. Your address stays with it and was not given to the new one.
    .next = Was it you? Sign in with the user ID and password that you have, or ask the help desk below.
    .button = Sign in
    .not-you = If it was not you, you do not need to do anything. Nobody got into your account.

letter-identity =
    .proved-subject = Your identity is proved
    .proved = The verification service has answered: your identity is proved. You can ask for roles.
    .not-subject = We could not verify your identity
    .not = The verification service has answered, and the information did not lead to a match. For your safety we cannot say which part. You can try again in your profile.
    .button = Open your profile

letter-code =
    .subject = Your security code
    .what = Enter this code on the page where you are signing in.
    .not-you = If you are not signing in now, somebody else may know your password. Tell nobody this code, and change your password.

letter-factor =
    .added-subject = A sign-in code or device was added
    .added = A new way to sign in was added to your account.
    .removed-subject = A sign-in code or device was removed
    .removed = A way to sign in was removed from your account. You are signed out everywhere else.

letter-lost-device =
    .subject = Your code to set up a new device
    .what = Somebody entered your password and said that they have none of your devices. If it was you, enter this code there.
    .not-you = If it was not you, tell nobody this code, and change your password.

letter-suspended =
    .subject = A sign-in code or device is suspended
    .what = A way to sign in to your account is suspended. Nobody can use it now. You are signed out everywhere else.
    .again-subject = A sign-in code or device works again
    .again = A way to sign in to your account was suspended, and works again.

letter-reset =
    .subject = A new device can soon be set up for your account
    .by-letters = Somebody entered your password and the codes from two letters, and said that they have none of your devices any more.
    .by-help-desk = Two people of our help desk were told that you have none of your devices any more.
    .what = Nobody can sign in with your devices now, and everybody is signed out. Later a new device can be set up, with your password and one more code to this address.
    .ready = From then on
    .used-subject = A new device is being set up for your account
    .used = Somebody entered your password and the code from a letter, and is setting up a new device for your account. Your devices of before stay suspended.

letter-callback =
    .subject = Your code for the help desk
    .what = Are you talking to the help desk now? If you called them, read this code out to them.
    .not-you = If you did not call the help desk, tell nobody this code. Somebody may be trying to pass for you.

letter-help-desk =
    .ended-subject = The help desk signed you out
    .ended = The help desk ended every session of your account, as the caller asked who had read out our code.
    .asked-subject = The help desk was asked to reset your devices
    .asked = Somebody told the help desk that they have none of your devices any more, and read out a code that we had sent. A second person there decides. We tell you what they decide.
    .refused-subject = Your devices were not reset
    .refused = A second person at the help desk did not agree. Your account is as it was.

letter-password =
    .subject = Your password was changed
    .what = The password of your account was changed. You are signed out everywhere else.

letter-question =
    .subject = Your challenge question was changed
    .what = The challenge question of your account was changed.

letter-email-confirmed =
    .subject = Your email address is confirmed
    .what = This email address is confirmed for an account. From now on we write here when something changes in it.

letter-second =
    .confirm-subject = Confirm your second email address
    .confirm = Enter this code in your profile to confirm that you read this address. From then on we write here, too, when something changes in your account.
    .confirm-button = Open your profile
    .added-subject = A second email address was added
    .added = A second email address is confirmed for your account. From now on we write there, too. If you had another one before, it is not used any more.
    .removed-subject = Your second email address was removed
    .removed = The second email address of your account was removed. We no longer write there.

letter-sign-in-locked =
    .subject = Sign-in to your account is locked for a while
    .what = Somebody entered a wrong password or security code for your account too often. Sign-in is locked for a while, so that nobody can go on guessing. It still works in a browser where you have signed in before, unless the wrong attempts came from there.
    .wait = If it was you, wait until the lock ends, and sign in with the right details.
    .until = Locked until

letter-recovery-codes =
    .made-subject = Recovery codes were made
    .made = Recovery codes were made for your account. Codes that were made earlier do not work any more.
    .used-subject = A recovery code was used
    .used = One of your recovery codes was used to prove that it was you.
    .left = Codes left

letter-switched-off =
    .password-subject = Your password was switched off
    .password = A wrong password was entered for your account too often in a row.
    .password-next = To use a password everywhere again, choose “I forgot my password” on the sign-in page and set a new one.
    .device-subject = A way to sign in was switched off
    .device = Wrong security codes were entered for your account too often in a row.
    .device-next = Remove this way to sign in, and add it again. If it was not you who entered the codes, somebody knows your password: change it.
    .strangers = From now on it works only in browsers where you have signed in before.
    .all = From now on it does not work anywhere.

letter-account-locked =
    .subject = Your account is locked
    .what = Somebody opened the link “This was not me” in a letter from us, and locked your account. Nobody can sign in to it, and everybody is signed out. Devices added since that letter are removed.
    .next = Call the help desk below to unlock it. They first make sure that it is you.

letter-account-unlocked =
    .subject = Your account is unlocked
    .what = The help desk unlocked your account. You can sign in again.
    .password = Does somebody else perhaps know your password? Change it now, and look at your sign-in codes and devices.

letter-recovery =
    .subject = Your code for a new password
    .what = Somebody said on our sign-in page that they forgot the password of your account. If it was you, enter this code there.
    .not-you = If it was not you, tell nobody this code, and do nothing. It alone opens nothing.

letter-recovered =
    .subject = Your password was set anew
    .what = Somebody set a new password for your account, with a code from a letter to this address and one of your sign-in codes or devices. Everybody is signed out.

letter-user-id =
    .subject = Your user ID
    .what = Somebody said on our sign-in page that they forgot the user ID that goes with this email address. Here it is. Nobody else was told.

letter-alert =
    .when = When
    .where = Where
    .network = Internet address that begins with { $network }
    .device = Device
    .browser-on = { $browser } on { $system }
    .unknown = Not known
    .was-me = If it was you, you do not need to do anything.
    .not-me = Was it somebody else? Open the address below. It asks you first. Then it locks your account and signs out everybody. { $days ->
        [one] It works once, for { $days } day.
       *[other] It works once, for { $days } days.
    }
    .button = This was not me

letter-request =
    .subject = We have your role request
    .what = A Security Official of the organization decides. We write to you again, whatever the decision is.
    .button = See your requests

letter-waiting =
    .subject = A role request is waiting for you
    .what = Somebody asks for a role in an organization where you are Security Official. Open the request to decide.
    .button = Open the request

letter-approved =
    .subject = Your role request is approved
    .what = You can use the role now. If you are signed in to the application, open it again.
    .button = Open your applications

letter-denied =
    .subject = Your role request is denied
    .what = A Security Official of the organization did not approve it.
    .next = If the reason can be put right, you can ask again.
    .reason = Reason

letter-other =
    .subject = A message about your account
    .what = Something happened in your account. Sign in to read more.

# Countries, by ISO 3166-1 code

country =
    .AD = Andorra
    .AE = United Arab Emirates
    .AF = Afghanistan
    .AG = Antigua and Barbuda
    .AI = Anguilla
    .AL = Albania
    .AM = Armenia
    .AO = Angola
    .AQ = Antarctica
    .AR = Argentina
    .AS = American Samoa
    .AT = Austria
    .AU = Australia
    .AW = Aruba
    .AX = Åland Islands
    .AZ = Azerbaijan
    .BA = Bosnia and Herzegovina
    .BB = Barbados
    .BD = Bangladesh
    .BE = Belgium
    .BF = Burkina Faso
    .BG = Bulgaria
    .BH = Bahrain
    .BI = Burundi
    .BJ = Benin
    .BL = Saint Barthélemy
    .BM = Bermuda
    .BN = Brunei
    .BO = Bolivia
    .BQ = Caribbean Netherlands
    .BR = Brazil
    .BS = Bahamas
    .BT = Bhutan
    .BV = Bouvet Island
    .BW = Botswana
    .BY = Belarus
    .BZ = Belize
    .CA = Canada
    .CC = Cocos (Keeling) Islands
    .CD = Congo (Kinshasa)
    .CF = Central African Rep.
    .CG = Congo (Brazzaville)
    .CH = Switzerland
    .CI = Côte d’Ivoire
    .CK = Cook Islands
    .CL = Chile
    .CM = Cameroon
    .CN = China
    .CO = Colombia
    .CR = Costa Rica
    .CU = Cuba
    .CV = Cape Verde
    .CW = Curaçao
    .CX = Christmas Island
    .CY = Cyprus
    .CZ = Czechia
    .DE = Germany
    .DJ = Djibouti
    .DK = Denmark
    .DM = Dominica
    .DO = Dominican Republic
    .DZ = Algeria
    .EC = Ecuador
    .EE = Estonia
    .EG = Egypt
    .EH = Western Sahara
    .ER = Eritrea
    .ES = Spain
    .ET = Ethiopia
    .FI = Finland
    .FJ = Fiji
    .FK = Falkland Islands
    .FM = Micronesia
    .FO = Faroe Islands
    .FR = France
    .GA = Gabon
    .GB = United Kingdom
    .GD = Grenada
    .GE = Georgia
    .GF = French Guiana
    .GG = Guernsey
    .GH = Ghana
    .GI = Gibraltar
    .GL = Greenland
    .GM = Gambia
    .GN = Guinea
    .GP = Guadeloupe
    .GQ = Equatorial Guinea
    .GR = Greece
    .GS = South Georgia and the South Sandwich Islands
    .GT = Guatemala
    .GU = Guam
    .GW = Guinea-Bissau
    .GY = Guyana
    .HK = Hong Kong
    .HM = Heard Island and McDonald Islands
    .HN = Honduras
    .HR = Croatia
    .HT = Haiti
    .HU = Hungary
    .ID = Indonesia
    .IE = Ireland
    .IL = Israel
    .IM = Isle of Man
    .IN = India
    .IO = British Indian Ocean Territory
    .IQ = Iraq
    .IR = Iran
    .IS = Iceland
    .IT = Italy
    .JE = Jersey
    .JM = Jamaica
    .JO = Jordan
    .JP = Japan
    .KE = Kenya
    .KG = Kyrgyzstan
    .KH = Cambodia
    .KI = Kiribati
    .KM = Comoros
    .KN = Saint Kitts and Nevis
    .KP = North Korea
    .KR = South Korea
    .KW = Kuwait
    .KY = Cayman Islands
    .KZ = Kazakhstan
    .LA = Laos
    .LB = Lebanon
    .LC = Saint Lucia
    .LI = Liechtenstein
    .LK = Sri Lanka
    .LR = Liberia
    .LS = Lesotho
    .LT = Lithuania
    .LU = Luxembourg
    .LV = Latvia
    .LY = Libya
    .MA = Morocco
    .MC = Monaco
    .MD = Moldova
    .ME = Montenegro
    .MF = Saint Martin (French part)
    .MG = Madagascar
    .MH = Marshall Islands
    .MK = North Macedonia
    .ML = Mali
    .MM = Myanmar (Burma)
    .MN = Mongolia
    .MO = Macau
    .MP = Northern Mariana Islands
    .MQ = Martinique
    .MR = Mauritania
    .MS = Montserrat
    .MT = Malta
    .MU = Mauritius
    .MV = Maldives
    .MW = Malawi
    .MX = Mexico
    .MY = Malaysia
    .MZ = Mozambique
    .NA = Namibia
    .NC = New Caledonia
    .NE = Niger
    .NF = Norfolk Island
    .NG = Nigeria
    .NI = Nicaragua
    .NL = Netherlands
    .NO = Norway
    .NP = Nepal
    .NR = Nauru
    .NU = Niue
    .NZ = New Zealand
    .OM = Oman
    .PA = Panama
    .PE = Peru
    .PF = French Polynesia
    .PG = Papua New Guinea
    .PH = Philippines
    .PK = Pakistan
    .PL = Poland
    .PM = Saint Pierre and Miquelon
    .PN = Pitcairn
    .PR = Puerto Rico
    .PS = Palestine
    .PT = Portugal
    .PW = Palau
    .PY = Paraguay
    .QA = Qatar
    .RE = Réunion
    .RO = Romania
    .RS = Serbia
    .RU = Russia
    .RW = Rwanda
    .SA = Saudi Arabia
    .SB = Solomon Islands
    .SC = Seychelles
    .SD = Sudan
    .SE = Sweden
    .SG = Singapore
    .SH = Saint Helena
    .SI = Slovenia
    .SJ = Svalbard and Jan Mayen
    .SK = Slovakia
    .SL = Sierra Leone
    .SM = San Marino
    .SN = Senegal
    .SO = Somalia
    .SR = Suriname
    .SS = South Sudan
    .ST = São Tomé and Príncipe
    .SV = El Salvador
    .SX = Sint Maarten (Dutch part)
    .SY = Syria
    .SZ = Eswatini
    .TC = Turks and Caicos Is
    .TD = Chad
    .TF = French Southern Territories
    .TG = Togo
    .TH = Thailand
    .TJ = Tajikistan
    .TK = Tokelau
    .TL = East Timor
    .TM = Turkmenistan
    .TN = Tunisia
    .TO = Tonga
    .TR = Türkiye
    .TT = Trinidad and Tobago
    .TV = Tuvalu
    .TW = Taiwan
    .TZ = Tanzania
    .UA = Ukraine
    .UG = Uganda
    .UM = U.S. Minor Outlying Islands
    .US = United States
    .UY = Uruguay
    .UZ = Uzbekistan
    .VA = Vatican City
    .VC = Saint Vincent and the Grenadines
    .VE = Venezuela
    .VG = British Virgin Islands
    .VI = U.S. Virgin Islands
    .VN = Vietnam
    .VU = Vanuatu
    .WF = Wallis and Futuna
    .WS = Samoa
    .YE = Yemen
    .YT = Mayotte
    .ZA = South Africa
    .ZM = Zambia
    .ZW = Zimbabwe
