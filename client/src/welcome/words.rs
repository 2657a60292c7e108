//! What Welcome says.

crate::words! {
    promise: "Plan your day,\nthen walk through it.", "Plane deinen Tag,\ndann geh ihn Schritt für Schritt.";
    sealed: "Your plan stays on this server, sealed before it is stored.",
        "Dein Plan bleibt auf diesem Server, versiegelt, bevor er gespeichert wird.";
    sign_in: "Sign in", "Anmelden";
    create_account: "Create an account", "Konto anlegen";
    first_account: "The first account", "Das erste Konto";
    first_account_lead: "Nobody is here yet. Your account will look after this server.",
        "Hier ist noch niemand. Dein Konto wird sich um diesen Server kümmern.";
    invited_lead: "You have been invited to this server.", "Du bist auf diesen Server eingeladen.";
    set_password: "Set a password", "Passwort festlegen";
    name: "What should we call you? (optional)", "Wie heißt du? (freiwillig)";
    email: "E-mail", "E-Mail";
    password: "Password", "Passwort";
    password_hint: "A few unrelated words are easy to remember and hard to guess.",
        "Ein paar Wörter ohne Zusammenhang sind leicht zu merken und schwer zu erraten.";
    show_password: "Show password", "Passwort zeigen";
    hide_password: "Hide password", "Passwort verbergen";
    your_zone(zone: &str): "Your time zone: {zone}. You can change it later.",
        "Deine Zeitzone: {zone}. Du kannst sie später ändern.";
    new_here: "New here?", "Neu hier?";
    have_account: "Have an account already?", "Hast du schon ein Konto?";
    by_invitation: "Accounts are made by invitation here.", "Konten gibt es hier nur auf Einladung.";
    setup_title: "Almost there", "Fast geschafft";
    setup_text: "This server has no account yet. To make the first one, open the link that it printed when it started: it ends in /welcome?setup=…",
        "Dieser Server hat noch kein Konto. Um das erste anzulegen, öffne den Link, den er beim Start ausgegeben hat: Er endet auf /welcome?setup=…";
    session_ended: "Your session has ended. Sign in to go on where you were.",
        "Deine Sitzung ist zu Ende. Melde dich an, um weiterzumachen, wo du warst.";
}
