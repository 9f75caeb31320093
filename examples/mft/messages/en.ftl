# Managed File Transfer in English. One message per page; its attributes are what the page says.
# Words of the sign-in (errors, refusals) come from harp-sdk, those around a page from the examples' frame.

frame =
    .error = Error:{" "}

start =
    .title = Start
    .heading = Send and receive quality data files
    .lead = Managed File Transfer carries files between your organization and its quality programs. Only people with a role at your organization see them.
    .open = Open your files
    .sign-in = Sign in
    .hint = You sign in with your HARP user ID. If you have none yet, you can make one on the next page.
    .needs = What you need
    .need-id = A HARP user ID.
    .need-id-text = If you have one for another program, you use that one.
    .need-role = The role “Managed File Transfer (MFT) Web User”
    .need-role-text = at your organization. A Security Official of your organization decides.
    .need-role-link = Ask for the role in HARP

refused =
    .title = You need a role
    .heading = You cannot open these files yet
    .text = You are signed in. To work with files, you need the role “Managed File Transfer (MFT) Web User” at an organization.
    .places = Your organizations
    .now = What to do now
    .ask-link = Ask for the role in HARP
    .ask-text = Choose your organization there; it takes about two minutes.
    .decides = A Security Official of the organization decides. You get an email.
    .requests = See what became of your request
    .approved = When it is approved, come back here and choose “Check again”: your roles are looked at every few minutes, and this looks now.
    .ask = Ask for the role
    .again = Check again

files =
    .title = Files of { $organization }
    .summary = There is a problem
    .received = File received
    .received-text = { $name }, { $size }
    .places = Organizations
    .switch = Switch organization
    .upload = Upload a file
    .label = File
    .required = (required)
    .hint = One file of up to { $size }. Everyone with the role at { $organization } can download it.
    .send = Upload file
    .none = No files yet
    .none-text = Nobody has uploaded a file for { $organization }. What you or your colleagues upload is listed here.
    .caption = { $count ->
        [one] { $count } file, the newest first
       *[other] { $count } files, the newest first
    }
    .page = (page { $page } of { $pages })
    .name = Name
    .size = Size
    .by = Uploaded by
    .at = Uploaded
    .pages = Pages of files
    .newer = Newer files
    .older = Older files

upload =
    .unreadable-title = We could not read the upload
    .unreadable = The upload broke off, or it did not come from the form on this site. Nothing was stored. Go back and send the file again.
    .no-file = Choose a file to upload.
    .empty = Choose a file that is not empty.
    .too-large = Choose a file of { $size } or less. You can split a larger one into parts.
    .full = This organization has { $count } files already, and that is the limit. Ask the help desk for room.
    .no-room = With this file, the files of this organization would be larger than { $size }, and that is the limit. Ask the help desk for room.
    .busy = Many people are sending files right now. Send yours again in a minute.

trouble =
    .not-found-title = Page not found
    .odd-organization = The organization has an id that this application cannot use. Please tell the help desk.
